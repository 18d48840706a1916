#pragma once

#include "base/ids.h"

#include <cstdint>

namespace rung {

// The only source of randomness. What it yields is recorded before it has a consequence.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }  // [0, 1)
  Uuid uuid();
};

// The kernel's generator.
class SystemRandom final : public Random {
 public:
  std::uint64_t next() override;
};

// The same numbers for the same seed, on every machine. SplitMix64.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override;

 private:
  std::uint64_t state_;
};

}  // namespace rung
