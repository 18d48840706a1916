#include "engine/freezes.h"

#include <gmock/gmock.h>

namespace rung::engine {
namespace {

using state::Freeze;
using state::FreezeChange;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TimePoint at(int seconds) {
  return TimePoint(std::chrono::seconds(seconds));
}

// Shows what a test says.
class WallClock final : public Calendar {
 public:
  Result<TimePoint> next(std::string_view, std::string_view, TimePoint now) const override {
    return now;
  }
  Result<LocalTime> local(std::string_view timezone, TimePoint) const override {
    if (timezone == "lost") return Error(ErrorCode::invalid, "the time zone lost cannot be used");
    return shown;
  }
  LocalTime shown;
};

class FreezesTest : public ::testing::Test {
 protected:
  void SetUp() override { plan.runbook = "shop"; }

  void given(const std::string& from, const std::string& to, bool is_daily,
             std::vector<int> weekdays = {}) {
    runbooks::FreezeSpec freeze;
    freeze.name = "closed";
    freeze.is_daily = is_daily;
    freeze.from = from;
    freeze.to = to;
    freeze.weekdays = std::move(weekdays);
    freeze.modes = {"planned"};
    freeze.say = "why";
    plan.freezes = {freeze};
  }
  std::vector<std::string> against(TimePoint now = at(100)) const {
    return freezes.against({plan, mode, now}, calendar);
  }
  std::string refusal(const FreezeRequest& request) const {
    const auto refused = freezes.against(request, at(100));
    return refused ? refused->message : "";
  }
  bool holds(const std::string& text, int weekday = 0) {
    calendar.shown = {text, weekday};
    return !against().empty();
  }

  Freezes freezes;
  runbooks::Plan plan;
  std::string mode = "planned";
  WallClock calendar;
};

TEST_F(FreezesTest, AnOrderForAllHoldsEveryRunbook) {
  freezes.hold({"", "mira", "Black Friday", at(1), std::nullopt});
  EXPECT_THAT(against(), ElementsAre("everything is frozen since 1970-01-01T00:00:01Z by mira: "
                                     "Black Friday"));
}

TEST_F(FreezesTest, AnOrderForOneRunbookHoldsNoOther) {
  freezes.hold({"web", "mira", "x", at(1), std::nullopt});
  EXPECT_THAT(against(), IsEmpty());
  freezes.hold({"shop", "mira", "x", at(1), std::nullopt});
  EXPECT_THAT(against(), ElementsAre(HasSubstr("shop is frozen")));
}

TEST_F(FreezesTest, AnOrderEndsAtItsTime) {
  freezes = Freezes({Freeze{"", "mira", "x", at(1), at(100)}});
  EXPECT_THAT(against(at(99)), ElementsAre(HasSubstr("until 1970-01-01T00:01:40Z")));
  EXPECT_THAT(against(at(100)), IsEmpty());
  EXPECT_EQ(freezes.find("", at(100)), nullptr);
}

TEST_F(FreezesTest, ALiftedOrderHoldsNothing) {
  const Freeze order{"", "mira", "x", at(1), std::nullopt};
  freezes = Freezes({order});
  freezes.lift(order);
  EXPECT_THAT(against(), IsEmpty());
}

TEST_F(FreezesTest, AnOrderGivenWhileALiftIsWrittenStays) {
  const Freeze first{"", "mira", "x", at(1), std::nullopt};
  freezes = Freezes({first});
  freezes.hold({"", "bob", "again", at(2), std::nullopt});
  freezes.lift(first);
  EXPECT_THAT(against(), ElementsAre(HasSubstr("by bob: again")));
}

TEST_F(FreezesTest, AnOrderSaysWhyAndEndsLater) {
  const By mira{"mira", {}, "Black Friday"};
  EXPECT_EQ(freezes.against(FreezeRequest{.by = mira}, at(100)), std::nullopt);
  EXPECT_THAT(refusal(FreezeRequest{.by = {"mira", {}, ""}}), HasSubstr("--say"));
  EXPECT_THAT(refusal(FreezeRequest{.until = at(100), .by = mira}), HasSubstr("which is over"));
}

TEST_F(FreezesTest, OnlyWhatStandsIsLifted) {
  freezes.hold({"web", "mira", "x", at(1), std::nullopt});
  EXPECT_THAT(refusal(FreezeRequest{.lifts = true}), HasSubstr("nothing is frozen as a whole"));
  EXPECT_THAT(refusal(FreezeRequest{.runbook = "shop", .lifts = true}),
              HasSubstr("shop is not frozen by itself"));
  EXPECT_EQ(freezes.against(FreezeRequest{.runbook = "web", .lifts = true}, at(100)), std::nullopt);
}

TEST_F(FreezesTest, OrdersAreBounded) {
  for (std::size_t n = 0; n < Freezes::kMost; ++n)
    freezes.hold({"r" + std::to_string(n), "mira", "x", at(1), std::nullopt});
  const By mira{"mira", {}, "x"};
  EXPECT_THAT(refusal(FreezeRequest{.by = mira}), HasSubstr("1,000 runbooks are frozen"));
  EXPECT_EQ(freezes.against(FreezeRequest{.runbook = "r7", .by = mira}, at(100)), std::nullopt);
}

TEST_F(FreezesTest, WhoBeginsAgainstAFreezeBreaksTheGlassAndSaysWhy) {
  const Graph graph(plan);
  const By mira{"mira", {}, "the site is down"};
  const By silent{"mira", {}, ""};
  EXPECT_EQ(refused_beginning(graph, {}, {silent, false}), std::nullopt);
  EXPECT_EQ(refused_beginning(graph, {"x"}, {mira, false})->code, ErrorCode::suppressed);
  EXPECT_EQ(refused_beginning(graph, {"x"}, {silent, true})->code, ErrorCode::invalid);
  EXPECT_EQ(refused_beginning(graph, {"x"}, {mira, true}), std::nullopt);
}

TEST_F(FreezesTest, OnlyWhoIsNamedBreaksTheGlass) {
  plan.people = {{"oncall", {{"mira"}, {}}}};
  plan.break_glass = {"oncall"};
  const Graph graph(plan);
  const By mira{"mira", {}, "the site is down"};
  const By bob{"bob", {}, "the site is down"};
  EXPECT_EQ(refused_beginning(graph, {"x"}, {mira, true}), std::nullopt);
  EXPECT_EQ(refused_beginning(graph, {"x"}, {bob, true})->code, ErrorCode::denied);
}

TEST_F(FreezesTest, APeriodHoldsFromItsFirstMomentToItsLast) {
  given("2026-12-20 18:00", "2027-01-04 24:00", false);
  EXPECT_FALSE(holds("2026-12-20 17:59:59"));
  EXPECT_TRUE(holds("2026-12-20 18:00:00"));
  EXPECT_TRUE(holds("2027-01-04 23:59:59"));
  EXPECT_FALSE(holds("2027-01-05 00:00:00"));
}

TEST_F(FreezesTest, APartOfADayHoldsOnItsWeekdays) {
  given("09:00", "17:30", true, {0, 4});
  EXPECT_FALSE(holds("2026-11-23 08:59:59", 0));
  EXPECT_TRUE(holds("2026-11-23 09:00:00", 0));
  EXPECT_TRUE(holds("2026-11-27 17:29:59", 4));
  EXPECT_FALSE(holds("2026-11-27 17:30:00", 4));
  EXPECT_FALSE(holds("2026-11-24 12:00:00", 1));
}

TEST_F(FreezesTest, ANightBelongsToTheDayOnWhichItBegins) {
  given("22:00", "06:00", true, {4});
  EXPECT_TRUE(holds("2026-11-27 22:00:00", 4));
  EXPECT_TRUE(holds("2026-11-28 05:59:59", 5));
  EXPECT_FALSE(holds("2026-11-28 06:00:00", 5));
  EXPECT_FALSE(holds("2026-11-28 23:00:00", 5));
  EXPECT_FALSE(holds("2026-11-27 05:00:00", 4));
}

TEST_F(FreezesTest, ACalendarHoldsOnlyItsModes) {
  given("2026-01-01 00:00", "2026-12-31 24:00", false);
  mode = "unplanned";
  EXPECT_FALSE(holds("2026-06-01 00:00:00"));
}

TEST_F(FreezesTest, ACalendarWhoseZoneIsLostHolds) {
  given("2026-01-01 00:00", "2026-12-31 24:00", false);
  plan.freezes.front().timezone = "lost";
  EXPECT_THAT(against(), ElementsAre(HasSubstr("closed: the time zone lost cannot be used")));
}

}  // namespace
}  // namespace rung::engine
