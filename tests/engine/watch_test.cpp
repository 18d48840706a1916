#include "tests/engine/core_fixture.h"

#include <algorithm>

namespace rung::engine::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class WatchTest : public CoreTest {
 protected:
  void given_watch(Duration hold = {}, runbooks::OnTimeout on_timeout = runbooks::OnTimeout::fail) {
    StepBuilder step = wait_until_up("up", hold);
    step->watch->on_timeout = on_timeout;
    given(std::move(step));
  }
  void given(StepBuilder step) {
    PlanBuilder plan;
    plan.step(std::move(step));
    CoreTest::given(std::move(plan));
  }

  // The look under way sees this.
  const Decision& sees(ProbeAnswer answer) {
    const NodeIndex i = *(tree().find("up") ? tree().find("up") : tree().find("ok/up"));
    return send(FinishLook{i, state_.watches.at(i).now.asked, std::move(answer)});
  }
  const Decision& sees(bool up) { return sees(Done{{{"up", Value(up)}}, false}); }
  // Time passes until the next look, which sees this.
  const Decision& sees_after(Duration time, ProbeAnswer answer) {
    pass(time);
    send(PassTime{});
    return sees(std::move(answer));
  }
  const Decision& sees_after(Duration time, bool up) {
    return sees_after(time, Done{{{"up", Value(up)}}, false});
  }
  static ProbeAnswer no_answer() { return Unknown{{ErrorClass::network, "no route"}}; }
  std::ptrdiff_t looks_in_journal() const {
    return std::count_if(journal_.begin(), journal_.end(), [](const state::Event& event) {
      return std::holds_alternative<state::StepLooked>(event.payload);
    });
  }
};

TEST_F(WatchTest, LooksAsSoonAsItIsOpen) {
  given_watch();
  EXPECT_THAT(effects(), ElementsAre("look up"));
  EXPECT_EQ(run_status(), state::RunStatus::waiting);
}

TEST_F(WatchTest, IsTakenUpAtOnceByWhoeverTakesOver) {
  given_watch();
  sees(false);
  const auto wake = summary_of(*graph_, state_).wake_at;
  ASSERT_TRUE(wake);
  EXPECT_LE(*wake, clock_.now().utc);
}

TEST_F(WatchTest, IsOverWhenALookHolds) {
  given_watch();
  sees(true);
  EXPECT_EQ(status("up"), StepStatus::succeeded);
  EXPECT_EQ(at("up").outputs.at("up"), Value(true));
  EXPECT_EQ(at("up").outputs.at("held"), Value(true));
  EXPECT_EQ(at("up").outputs.at("looks"), Value(1));
}

TEST_F(WatchTest, LooksAgainAfterItsPauseAndNotBefore) {
  given_watch();
  sees(false);
  EXPECT_THAT(effects(), IsEmpty());
  pass(999ms);
  send(PassTime{});
  EXPECT_THAT(effects(), IsEmpty());
  pass(1ms);
  send(PassTime{});
  EXPECT_THAT(effects(), ElementsAre("look up"));
}

TEST_F(WatchTest, TakesALookThatFailsForOneThatDoesNotHold) {
  given_watch();
  sees(no_answer());
  EXPECT_EQ(status("up"), StepStatus::running);
  sees_after(1s, true);
  EXPECT_EQ(status("up"), StepStatus::succeeded);
}

TEST_F(WatchTest, HoldsOnlyWithoutInterruption) {
  given_watch(3s);
  sees(true);
  sees_after(1s, true);
  sees_after(1s, false);
  sees_after(1s, true);
  sees_after(1s, true);
  sees_after(1s, true);
  EXPECT_EQ(status("up"), StepStatus::running);
  sees_after(1s, true);
  EXPECT_EQ(status("up"), StepStatus::succeeded);
}

TEST_F(WatchTest, LooksAtTheEndOfItsHoldAlsoWhereItsPauseIsLonger) {
  given_watch(1500ms);
  sees(true);
  sees_after(1s, true);
  sees_after(500ms, true);
  EXPECT_EQ(status("up"), StepStatus::succeeded);
}

TEST_F(WatchTest, WantsSoManyLooksInARow) {
  StepBuilder step = wait_until_up("up");
  step->watch->successes = 3;
  given(std::move(step));
  sees(true);
  sees_after(1s, true);
  sees_after(1s, no_answer());
  sees_after(1s, true);
  sees_after(1s, true);
  EXPECT_EQ(status("up"), StepStatus::running);
  sees_after(1s, true);
  EXPECT_EQ(status("up"), StepStatus::succeeded);
}

TEST_F(WatchTest, JudgesTheLatestSamplesTogether) {
  StepBuilder step = wait_until_up("up");
  step->watch->samples = 3;
  step->watch->until = {"max(ms) < 10"};
  given(std::move(step));
  const auto took = [](std::int64_t ms) { return Done{{{"ms", Value(ms)}}, false}; };
  sees(took(50));
  sees_after(1s, took(5));
  sees_after(1s, took(5));
  EXPECT_EQ(status("up"), StepStatus::running);
  sees_after(1s, took(5));
  EXPECT_EQ(status("up"), StepStatus::succeeded);
  EXPECT_EQ(at("up").outputs.at("samples").list()->size(), 4U);
}

TEST_F(WatchTest, GivesTheOutputsOfAVerificationByTheNamesOfItsChecks) {
  PlanBuilder plan;
  StepBuilder ok = verification("ok", {wait_until_up("up"), wait_until_up("fast")});
  plan.step(std::move(ok)).step(set("told", "x", "steps.ok.up.looks + steps.ok.fast.looks"));
  CoreTest::given(std::move(plan));
  sees(true);
  EXPECT_EQ(status("ok"), StepStatus::running);
  const NodeIndex fast = *tree().find("ok/fast");
  send(FinishLook{fast, state_.watches.at(fast).now.asked, Done{{{"up", Value(true)}}, false}});
  EXPECT_EQ(status("ok"), StepStatus::succeeded);
  EXPECT_EQ(at("told").outputs.at("x"), Value(2));
}

TEST_F(WatchTest, LetsAVerificationFailOnlyWhenAllItsChecksHaveEnded) {
  PlanBuilder plan;
  StepBuilder slow = wait_until_up("slow");
  slow->timeout = 2min;
  StepBuilder ok = verification("ok", {wait_until_up("up"), std::move(slow)});
  ok->tolerate = "only a remark";
  plan.step(std::move(ok));
  CoreTest::given(std::move(plan));
  sees(false);
  pass(1min);
  send(PassTime{});
  EXPECT_EQ(status("ok/up"), StepStatus::failed);
  EXPECT_EQ(status("ok"), StepStatus::running);
  pass(1min);
  send(PassTime{});
  EXPECT_EQ(status("ok"), StepStatus::failed);
  EXPECT_THAT(at("ok").error->message, HasSubstr("ok/up: up did not hold within 1m"));
}

TEST_F(WatchTest, FailsAfterItsTimeWithWhatItSawLast) {
  given_watch();
  sees(false);
  sees_after(1s, no_answer());
  pass(1min);
  send(PassTime{});
  EXPECT_EQ(status("up"), StepStatus::failed);
  EXPECT_THAT(at("up").error->message, HasSubstr("up did not hold within 1m"));
  EXPECT_THAT(at("up").error->message, HasSubstr("no route"));
}

TEST_F(WatchTest, CancelsTheLookUnderWayWhenItsTimeIsOver) {
  given_watch();
  pass(1min);
  send(PassTime{});
  EXPECT_THAT(effects(), Contains("cancel up"));
  EXPECT_EQ(status("up"), StepStatus::failed);
}

TEST_F(WatchTest, PausesTheRunWhereItSaysSo) {
  given_watch({}, runbooks::OnTimeout::pause);
  pass(1min);
  send(PassTime{});
  EXPECT_EQ(run_status(), state::RunStatus::paused);
}

TEST_F(WatchTest, GoesOnWithoutItWhereItSaysSo) {
  given_watch({}, runbooks::OnTimeout::proceed);
  sees(false);
  pass(1min);
  send(PassTime{});
  EXPECT_EQ(status("up"), StepStatus::succeeded);
  EXPECT_EQ(at("up").outputs.at("held"), Value(false));
}

TEST_F(WatchTest, IgnoresALookThatNobodyWaitsForAnyMore) {
  given_watch();
  const NodeIndex i = *tree().find("up");
  const std::int64_t first = state_.watches.at(i).now.asked;
  send(SkipStep{"up", {}, by("ana")});
  send(FinishLook{i, first, Done{{{"up", Value(true)}}, false}});
  EXPECT_EQ(status("up"), StepStatus::skipped);
}

TEST_F(WatchTest, KeepsItsDeadlineOverARestart) {
  given_watch();
  sees(false);
  pass(59s);
  state_ = fold(*graph_, RunId{42}, journal_).value();
  restarts(true);
  EXPECT_EQ(status("up"), StepStatus::running);
  pass(1s);
  send(PassTime{});
  EXPECT_EQ(status("up"), StepStatus::failed);
}

TEST_F(WatchTest, GoesOnWithItsHoldAfterAShortRestart) {
  given_watch(10s);
  sees(true);
  pass(9s);
  state_ = fold(*graph_, RunId{42}, journal_).value();
  restarts(true);
  EXPECT_THAT(effects(), Contains("look up"));
  sees_after(1s, true);
  EXPECT_EQ(status("up"), StepStatus::succeeded);
}

TEST_F(WatchTest, BeginsItsHoldAnewWhereNobodyLookedForLong) {
  StepBuilder step = wait_until_up("up", 2min);
  step->timeout = 1h;
  given(std::move(step));
  sees(true);
  pass(5min);
  state_ = fold(*graph_, RunId{42}, journal_).value();
  restarts(true);
  sees(true);
  EXPECT_EQ(status("up"), StepStatus::running);
}

TEST_F(WatchTest, JournalsAnInterruptionAtOnce) {
  given_watch(30s);
  sees(true);
  sees_after(1s, false);
  EXPECT_THAT(events(), ElementsAre("step.looked up"));
  state_ = fold(*graph_, RunId{42}, journal_).value();
  EXPECT_FALSE(state_.watches.begin()->second.kept->since.has_value());
}

TEST_F(WatchTest, JournalsALongWaitInABoundedNumberOfEvents) {
  StepBuilder step = wait_until_up("up", 1h);
  step->timeout = 12h;
  given(std::move(step));
  sees(false);
  for (int n = 1; n < 43'200; ++n) sees_after(1s, n % 7 == 0);
  EXPECT_EQ(status("up"), StepStatus::running);
  EXPECT_GT(looks_in_journal(), 100);
  EXPECT_LT(looks_in_journal(), 700);
}

TEST_F(WatchTest, RefusesACheckThatTurnsOutToWrite) {
  spec_ = ActionSpec{};
  StepBuilder step = wait_until_up("up");
  step->action.with.insert_or_assign("class", Template{Value("once")});
  given(std::move(step));
  EXPECT_EQ(status("up"), StepStatus::failed);
  EXPECT_THAT(at("up").error->message, HasSubstr("does more than read"));
}

}  // namespace
}  // namespace rung::engine::testing
