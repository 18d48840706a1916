#pragma once

#include "base/clock.h"

namespace rung {

// Time that moves when it is told to: for simulations and tests of runbooks. One thread.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(TimePoint begins = TimePoint(std::chrono::hours(24 * 20'000)))
      : now_{begins, std::chrono::hours(3)} {}

  Instant now() const override { return now_; }
  void pass(Duration by) { now_ = now_ + by; }
  void step_utc(Duration by) { now_.utc += by; }
  void reboot() { now_.boot = std::chrono::seconds(5); }

 private:
  Instant now_;
};

}  // namespace rung
