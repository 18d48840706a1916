#include "service/calendar.h"

#include <date/tz.h>

#include <exception>

namespace rung::service {
namespace {

using LocalTime = date::local_time<Duration>;

// "02:30" or "02:30:15" since midnight.
std::optional<Duration> time_of_day(std::string_view text) {
  const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  const auto is_two = [&](std::size_t at) {
    return text[at] >= '0' && text[at] <= '9' && text[at + 1] >= '0' && text[at + 1] <= '9';
  };
  const bool has_seconds = text.size() == 8;
  if ((text.size() != 5 && !has_seconds) || text[2] != ':' || !is_two(0) || !is_two(3))
    return std::nullopt;
  if (has_seconds && (text[5] != ':' || !is_two(6))) return std::nullopt;
  const int seconds = has_seconds ? two(6) : 0;
  if (two(0) > 23 || two(3) > 59 || seconds > 59) return std::nullopt;
  return std::chrono::hours(two(0)) + std::chrono::minutes(two(3)) + std::chrono::seconds(seconds);
}

// The first instant at which the clocks of the zone show `local`; for a time that a change of the
// clocks skips, the first instant after the gap.
TimePoint first_instant(const date::time_zone& zone, LocalTime local) {
  const date::local_info info = zone.get_info(local);
  if (info.result == date::local_info::nonexistent) return info.second.begin;
  return TimePoint(local.time_since_epoch() - info.first.offset);
}

}  // namespace

Result<TimePoint> ZoneCalendar::next(std::string_view at, std::string_view timezone,
                                     TimePoint now) const {
  const auto since_midnight = time_of_day(at);
  if (!since_midnight) return parse_time(at);
  try {
    const date::time_zone* zone =
        date::locate_zone(timezone.empty() ? "Etc/UTC" : std::string(timezone));
    const auto today = date::floor<date::days>(zone->to_local(now));
    for (int day = 0; day <= 2; ++day) {
      const TimePoint instant =
          first_instant(*zone, LocalTime(today + date::days(day)) + *since_midnight);
      if (instant > now) return instant;
    }
  } catch (const std::exception& problem) {
    return Error(ErrorCode::invalid,
                 "the time zone " + std::string(timezone) + " cannot be used: " + problem.what());
  }
  return Error(ErrorCode::invalid, "no day has the time " + std::string(at));
}

Result<engine::LocalTime> ZoneCalendar::local(std::string_view timezone, TimePoint now) const {
  try {
    const date::time_zone* zone =
        date::locate_zone(timezone.empty() ? "Etc/UTC" : std::string(timezone));
    const auto local = date::floor<std::chrono::seconds>(zone->to_local(now));
    const date::weekday day(date::floor<date::days>(local));
    return engine::LocalTime{date::format("%F %T", local),
                             static_cast<int>(day.iso_encoding()) - 1};
  } catch (const std::exception& problem) {
    return Error(ErrorCode::invalid,
                 "the time zone " + std::string(timezone) + " cannot be used: " + problem.what());
  }
}

}  // namespace rung::service
