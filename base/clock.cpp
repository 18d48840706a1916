#include "base/clock.h"

#include <ctime>

namespace rung {
namespace {

Duration read_clock(clockid_t id) {
  timespec ts{};
  clock_gettime(id, &ts);
  return std::chrono::seconds(ts.tv_sec) + std::chrono::nanoseconds(ts.tv_nsec);
}

}  // namespace

Instant SystemClock::now() const {
  return {TimePoint(read_clock(CLOCK_REALTIME)), read_clock(CLOCK_BOOTTIME)};
}

}  // namespace rung
