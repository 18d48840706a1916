#include "base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace rung {
namespace {

using namespace std::chrono_literals;

std::string refusal_of(std::string_view text) {
  const Result<Duration> duration = parse_duration(text);
  if (duration) return "accepted as " + to_string(duration.value());
  EXPECT_EQ(duration.error().code(), ErrorCode::invalid);
  return duration.error().message();
}

struct Spelling {
  std::string text;
  Duration duration;
};

class DurationSpelling : public testing::TestWithParam<Spelling> {};

TEST_P(DurationSpelling, IsPrintedAndParsed) {
  EXPECT_EQ(to_string(GetParam().duration), GetParam().text);
  const Result<Duration> parsed = parse_duration(GetParam().text);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message();
  EXPECT_EQ(parsed.value(), GetParam().duration);
}

INSTANTIATE_TEST_SUITE_P(All, DurationSpelling,
                         testing::Values(Spelling{"0s", 0s}, Spelling{"41s", 41s},
                                         Spelling{"1m30s", 90s}, Spelling{"5m", 5min},
                                         Spelling{"1h30m", 90min}, Spelling{"7d", 168h},
                                         Spelling{"250ms", 250ms}, Spelling{"1s500ms", 1500ms},
                                         Spelling{"10us", 10us}, Spelling{"5ns", 5ns}),
                         [](const auto& one) { return one.param.text; });

TEST(Instant, EndsAtTheLastThatCanBeCounted) {
  const Instant now{TimePoint(std::chrono::hours(500'000)), Duration(std::chrono::hours(1))};
  const Instant later = now + Duration::max();
  EXPECT_EQ(later.utc, TimePoint::max());
  EXPECT_EQ(later.boot, Duration::max());
  EXPECT_EQ((now + Duration(5)).boot, now.boot + Duration(5));
  EXPECT_EQ((now + Duration(-5)).utc, now.utc - Duration(5));
}

TEST(ParseDuration, AcceptsMoreOfAUnitThanTheNextOneHolds) {
  EXPECT_EQ(parse_duration("90s").value(), Duration(90s));
  EXPECT_EQ(parse_duration("1h90m").value(), Duration(150min));
  EXPECT_EQ(parse_duration("0ms").value(), Duration(0));
}

TEST(ParseDuration, ProposesAUnitForABareNumber) {
  EXPECT_EQ(refusal_of("90"), "a duration needs a unit: did you mean 90s?");
}

TEST(ParseDuration, ShowsExamplesForWhatIsNone) {
  EXPECT_EQ(refusal_of("abc"), "\"abc\" is not a duration; write 90s, 5m or 1h30m");
  EXPECT_EQ(refusal_of(" 5m"), "\" 5m\" is not a duration; write 90s, 5m or 1h30m");
}

TEST(ParseDuration, SaysWhatIsWrong) {
  EXPECT_EQ(refusal_of(""), "\"\" is not a duration (it is empty); write 90s, 5m or 1h30m");
  EXPECT_EQ(refusal_of("-5s"),
            "\"-5s\" is not a duration (it cannot be negative); write 90s, 5m or 1h30m");
  EXPECT_EQ(refusal_of("5w"),
            "\"5w\" is not a duration (the units are d, h, m, s, ms, us and ns, after a whole "
            "number); write 90s, 5m or 1h30m");
  EXPECT_EQ(refusal_of("1.5h"),
            "\"1.5h\" is not a duration (the units are d, h, m, s, ms, us and ns, after a whole "
            "number); write 90s, 5m or 1h30m");
  EXPECT_EQ(refusal_of("30m1h"),
            "\"30m1h\" is not a duration (each unit once, the largest first); write 90s, 5m or "
            "1h30m");
  EXPECT_EQ(refusal_of("1s1s"),
            "\"1s1s\" is not a duration (each unit once, the largest first); write 90s, 5m or "
            "1h30m");
  EXPECT_EQ(refusal_of("1h30"),
            "\"1h30\" is not a duration (the units are d, h, m, s, ms, us and ns, after a whole "
            "number); write 90s, 5m or 1h30m");
}

TEST(ParseDuration, RefusesMoreThan292Years) {
  EXPECT_TRUE(parse_duration("106751d").has_value());
  EXPECT_FALSE(parse_duration("106752d").has_value());
  EXPECT_FALSE(parse_duration("99999999999999999999s").has_value());
  EXPECT_FALSE(parse_duration("106751d23h47m17s").has_value());
}

TEST(PrintDuration, PutsASignInFrontOfANegativeOne) {
  EXPECT_EQ(to_string(Duration(-90s)), "-1m30s");
  EXPECT_EQ(to_string(Duration::min()), "-106751d23h47m16s854ms775us808ns");
}

RC_GTEST_PROP(DurationText, BringsEachDurationBack, ()) {
  const Duration duration(*rc::gen::inRange<std::int64_t>(0, INT64_MAX) >>
                          *rc::gen::inRange(0, 63));
  RC_ASSERT(parse_duration(to_string(duration)).value() == duration);
}

struct Moment {
  std::string name;
  std::string text;
  TimePoint time;
};

class TimeSpelling : public testing::TestWithParam<Moment> {};

TEST_P(TimeSpelling, IsPrintedAndParsed) {
  EXPECT_EQ(to_string(GetParam().time), GetParam().text);
  const Result<TimePoint> parsed = parse_time(GetParam().text);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message();
  EXPECT_EQ(parsed.value(), GetParam().time);
}

INSTANTIATE_TEST_SUITE_P(
    All, TimeSpelling,
    testing::Values(Moment{"epoch", "1970-01-01T00:00:00Z", TimePoint()},
                    Moment{"failover", "2026-03-27T03:13:20Z", TimePoint(1774581200s)},
                    Moment{"fraction", "2026-03-27T03:13:20.04Z", TimePoint(1774581200040ms)},
                    Moment{"leap_day", "2024-02-29T12:00:00Z", TimePoint(1709208000s)},
                    Moment{"before_epoch", "1969-12-31T23:59:59.5Z", TimePoint(-500ms)}),
    [](const auto& one) { return one.param.name; });

TEST(ParseTime, UnderstandsOffsets) {
  const TimePoint time = parse_time("2026-03-27T03:13:20Z").value();
  EXPECT_EQ(parse_time("2026-03-27T04:13:20+01:00").value(), time);
  EXPECT_EQ(parse_time("2026-03-26T21:43:20-05:30").value(), time);
  EXPECT_EQ(parse_time("2026-03-27t03:13:20z").value(), time);
  EXPECT_EQ(parse_time("2026-03-27 03:13:20-00:00").value(), time);
}

TEST(ParseTime, CutsWhatIsFinerThanANanosecond) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:00.1234567899Z").value(), TimePoint(123456789ns));
}

TEST(ParseTime, CountsALeapSecondIntoTheNextMinute) {
  EXPECT_EQ(parse_time("2016-12-31T23:59:60Z").value(), parse_time("2017-01-01T00:00:00Z").value());
}

class NotATime : public testing::TestWithParam<const char*> {};

TEST_P(NotATime, IsRefusedWithAnExample) {
  const Result<TimePoint> time = parse_time(GetParam());
  ASSERT_FALSE(time.has_value());
  EXPECT_EQ(time.error().code(), ErrorCode::invalid);
  EXPECT_NE(time.error().message().find("2026-03-27T03:13:20Z"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    All, NotATime,
    testing::Values("", "now", "2026-03-27", "2026-03-27T03:13:20", "2026-03-27T03:13Z",
                    "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-03-27T24:00:00Z",
                    "2026-03-27T03:60:00Z", "2026-03-27T03:13:61Z", "2026-03-27T03:13:20.Z",
                    "2026-03-27T03:13:20Zx", "2026-03-27T03:13:20+1:00",
                    "2026-03-27T03:13:20+24:00", "26-03-27T03:13:20Z", "2026/03/27T03:13:20Z",
                    "1600-01-01T00:00:00Z", "2300-01-01T00:00:00Z", "-026-03-27T03:13:20Z"));

RC_GTEST_PROP(TimeText, BringsEachTimeBack, ()) {
  const TimePoint time(Duration(
      *rc::gen::inRange<std::int64_t>(-9'223'372'036'000'000'000, 9'223'372'036'000'000'000)));
  RC_ASSERT(parse_time(to_string(time)).value() == time);
}

TEST(PrintTime, WorksAtBothEnds) {
  EXPECT_EQ(to_string(TimePoint::min()), "1677-09-21T00:12:43.145224192Z");
  EXPECT_EQ(to_string(TimePoint::max()), "2262-04-11T23:47:16.854775807Z");
}

}  // namespace
}  // namespace rung
