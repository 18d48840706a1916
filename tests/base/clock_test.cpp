#include "base/clock.h"

#include <gtest/gtest.h>

namespace rung {
namespace {

TEST(SystemClock, AgreesWithTheStandardClock) {
  const TimePoint before = std::chrono::system_clock::now();
  const TimePoint now = SystemClock().now().utc;
  const TimePoint after = std::chrono::system_clock::now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, after);
}

TEST(SystemClock, BootTimeNeverGoesBack) {
  const SystemClock clock;
  const Duration first = clock.now().boot;
  EXPECT_GE(clock.now().boot, first);
  EXPECT_GT(first, Duration::zero());
}

TEST(Instant, MovesBothClocks) {
  const Instant later = Instant{TimePoint(Duration(5)), Duration(7)} + Duration(10);
  EXPECT_EQ(later, (Instant{TimePoint(Duration(15)), Duration(17)}));
}

}  // namespace
}  // namespace rung
