#pragma once

#include "base/result.h"

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace rung {

using Duration = std::chrono::duration<std::int64_t, std::nano>;

// A point of civil time: UTC, nanoseconds since 1970. What people and other machines see.
using TimePoint = std::chrono::time_point<std::chrono::system_clock, Duration>;

// One reading of both clocks. `boot` is CLOCK_BOOTTIME: it never steps and goes on in suspend,
// but means something only within one boot of one machine.
struct Instant {
  TimePoint utc;
  Duration boot{};

  friend bool operator==(const Instant&, const Instant&) = default;
};

// Where it would lie behind the last one that can be counted, in the year 2262, that one.
inline Instant operator+(Instant at, Duration by) {
  const auto later = [by](Duration from) {
    return by > Duration::zero() && from > Duration::max() - by ? Duration::max() : from + by;
  };
  return {TimePoint(later(at.utc.time_since_epoch())), later(at.boot)};
}

// "1h30m", "250ms", "0s": the spelling that `parse_duration` accepts, exact to the nanosecond.
std::string to_string(Duration duration);

// "90s 5m 1h30m 7d 250ms 10us 5ns". invalid: no unit (the message proposes one), unknown unit,
// units out of order, empty, negative, or over 292 years.
Result<Duration> parse_duration(std::string_view text);

// RFC 3339 in UTC, "2026-03-27T03:13:20Z", with a fraction only where there is one.
std::string to_string(TimePoint time);
// RFC 3339 with any offset. invalid otherwise.
Result<TimePoint> parse_time(std::string_view text);

}  // namespace rung
