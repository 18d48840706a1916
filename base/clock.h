#pragma once

#include "base/time.h"

namespace rung {

// The only source of time. The engine gets one at construction; tests and the simulator move
// theirs by hand. Callable from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
};

}  // namespace rung
