#include "service/calendar.h"

#include <gtest/gtest.h>

namespace rung::service {
namespace {

std::string next(std::string_view at, std::string_view timezone, std::string_view now) {
  const auto found = ZoneCalendar().next(at, timezone, parse_time(now).value());
  return found ? to_string(found.value()) : found.error().message();
}

TEST(ZoneCalendar, FindsALaterTimeOfTheSameDay) {
  EXPECT_EQ(next("02:30", "Europe/Berlin", "2026-03-27T00:00:00Z"), "2026-03-27T01:30:00Z");
}

TEST(ZoneCalendar, GoesToTheNextDayWhenTheTimeHasPassed) {
  EXPECT_EQ(next("02:30", "Europe/Berlin", "2026-03-27T01:30:00Z"), "2026-03-28T01:30:00Z");
}

TEST(ZoneCalendar, TakesTheFirstInstantAfterAGapForATimeThatDoesNotExist) {
  // On 29 March 2026 the clocks of Berlin go from 02:00 to 03:00.
  EXPECT_EQ(next("02:30", "Europe/Berlin", "2026-03-29T00:00:00Z"), "2026-03-29T01:00:00Z");
}

TEST(ZoneCalendar, TakesTheFirstOfTwoInstantsWithTheSameTime) {
  // On 25 October 2026 they go from 03:00 back to 02:00.
  EXPECT_EQ(next("02:30", "Europe/Berlin", "2026-10-24T23:00:00Z"), "2026-10-25T00:30:00Z");
}

TEST(ZoneCalendar, CountsWithoutAZoneInUtc) {
  EXPECT_EQ(next("02:30:15", "", "2026-03-27T00:00:00Z"), "2026-03-27T02:30:15Z");
}

TEST(ZoneCalendar, TakesAMomentAsItIs) {
  EXPECT_EQ(next("2026-03-27T04:00:00+01:00", "", "2026-03-27T00:00:00Z"), "2026-03-27T03:00:00Z");
}

TEST(ZoneCalendar, ShowsTheClocksOfAZoneOnBothSidesOfAChange) {
  const auto shown = [](std::string_view timezone, std::string_view now) {
    const auto local = ZoneCalendar().local(timezone, parse_time(now).value());
    return local ? local.value().text + " " + std::to_string(local.value().weekday)
                 : local.error().message();
  };
  EXPECT_EQ(shown("Europe/Berlin", "2026-10-25T00:30:00Z"), "2026-10-25 02:30:00 6");
  EXPECT_EQ(shown("Europe/Berlin", "2026-10-25T01:30:00Z"), "2026-10-25 02:30:00 6");
  EXPECT_EQ(shown("", "2026-11-23T23:59:59Z"), "2026-11-23 23:59:59 0");
}

TEST(ZoneCalendar, RefusesAZoneThatDoesNotExist) {
  EXPECT_NE(next("02:30", "Europe/Berlim", "2026-03-27T00:00:00Z").find("Europe/Berlim"),
            std::string::npos);
}

}  // namespace
}  // namespace rung::service
