#include "tests/engine/core_fixture.h"

#include <algorithm>

namespace rung::engine::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kGuard = "abort_if/bad";

class GuardTest : public CoreTest {
 protected:
  static StepBuilder bad() { return wait_until_up("bad"); }
  void given(PlanBuilder plan) { CoreTest::given(std::move(plan)); }
  static PlanBuilder one_step(StepBuilder guard) {
    PlanBuilder plan;
    plan.step(effect("copy").undo()).step(effect("last")).guard(std::move(guard));
    return plan;
  }

  const Decision& sees(ProbeAnswer answer) {
    const NodeIndex i = *tree().find(kGuard);
    return send(FinishLook{i, state_.watches.at(i).now.asked, std::move(answer)});
  }
  const Decision& sees(bool up) { return sees(Done{{{"up", Value(up)}}, false}); }
  const Decision& sees_after(Duration time, bool up) {
    pass(time);
    send(PassTime{});
    return sees(up);
  }
  std::ptrdiff_t looks_in_journal() const {
    return std::count_if(journal_.begin(), journal_.end(), [](const state::Event& event) {
      return std::holds_alternative<state::StepLooked>(event.payload);
    });
  }
};

TEST_F(GuardTest, LooksFromTheStartBesideTheSteps) {
  given(one_step(bad()));
  EXPECT_THAT(effects(), Contains("look " + kGuard));
  EXPECT_THAT(effects(), Contains("start copy"));
  EXPECT_EQ(run_status(), state::RunStatus::running);
}

TEST_F(GuardTest, EndsTheRunWhenItHoldsAndLetsWhatRunsFinish) {
  PlanBuilder plan = one_step(bad());
  plan.finally(effect("tidy"));
  given(std::move(plan));
  sees(true);
  EXPECT_EQ(state_.ending->step, kGuard);
  EXPECT_EQ(status("copy"), StepStatus::running);
  ends("copy", Done{});
  EXPECT_EQ(status("last"), StepStatus::waiting);
  EXPECT_EQ(status("finally/tidy"), StepStatus::running);
  ends("finally/tidy", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::failed);
  EXPECT_EQ(state_.finished->reason, kGuard + ": it is bad (up)");
}

TEST_F(GuardTest, UndoesTheRunWhereThatIsItsPolicy) {
  PlanBuilder plan = one_step(bad());
  plan.on_failure(runbooks::OnFailure::undo_run);
  given(std::move(plan));
  sees(true);
  ends("copy", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::undoing);
  ends("copy@undo", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::undone);
}

TEST_F(GuardTest, TakesALookThatFailsForNoReason) {
  given(one_step(bad()));
  sees(Unknown{{ErrorClass::network, "no route"}});
  EXPECT_FALSE(state_.ending.has_value());
  sees_after(1s, false);
  EXPECT_FALSE(state_.ending.has_value());
}

TEST_F(GuardTest, MustHoldWithoutInterruptionForSoLong) {
  given(one_step(wait_until_up("bad", 3s)));
  sees(true);
  sees_after(1s, false);
  sees_after(1s, true);
  sees_after(1s, true);
  sees_after(1s, true);
  EXPECT_FALSE(state_.ending.has_value());
  sees_after(1s, true);
  EXPECT_TRUE(state_.ending.has_value());
}

TEST_F(GuardTest, WatchesNoMoreFromTheIntentOfThePointOfNoReturnOn) {
  PlanBuilder plan;
  StepBuilder promote = effect("promote");
  promote->point_of_no_return = "go forward";
  plan.step(effect("copy")).step(std::move(promote)).guard(bad());
  given(std::move(plan));
  ends("copy", Done{});
  EXPECT_THAT(events(), Contains("step.skipped " + kGuard));
  EXPECT_THAT(effects(), Contains("cancel " + kGuard));
  EXPECT_TRUE(state_.watches.empty());
  ends("promote", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::succeeded);
  EXPECT_EQ(at(kGuard).skipped_because, "point_of_no_return");
}

TEST_F(GuardTest, HoldsUpNothingWhenTheStepsAreOver) {
  given(one_step(bad()));
  sees(false);
  ends("copy", Done{});
  ends("last", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::succeeded);
  EXPECT_EQ(at(kGuard).skipped_because, "run_ends");
}

TEST_F(GuardTest, EndsARunThatIsPausedToo) {
  given(one_step(bad()));
  ends("copy", failed());
  ASSERT_EQ(run_status(), state::RunStatus::paused);
  sees(true);
  EXPECT_EQ(run_status(), state::RunStatus::failed);
}

TEST_F(GuardTest, IsClosedWithARunThatIsCancelled) {
  given(one_step(bad()));
  send(Cancel{CancelRunning::drain, by("ana")});
  EXPECT_EQ(status(kGuard), StepStatus::skipped);
  ends("copy", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::cancelled);
}

TEST_F(GuardTest, IsTakenUpAtOnceByWhoeverTakesOver) {
  given(one_step(bad()));
  sees(false);
  state_ = fold(*graph_, RunId{42}, journal_).value();
  restarts(true);
  EXPECT_THAT(effects(), Contains("look " + kGuard));
  sees(true);
  EXPECT_TRUE(state_.ending.has_value());
}

TEST_F(GuardTest, BelievesNoHoldOfAnOldRunAfterATimeInWhichNobodyLooked) {
  given(one_step(wait_until_up("bad", 30s)));
  sees(false);
  sees_after(20h, true);
  pass(50min);
  state_ = fold(*graph_, RunId{42}, journal_).value();
  restarts(true);
  sees(true);
  EXPECT_FALSE(state_.ending.has_value());
  sees_after(30s, true);
  EXPECT_TRUE(state_.ending.has_value());
}

TEST_F(GuardTest, CanBeSkippedByAPerson) {
  given(one_step(bad()));
  send(SkipStep{kGuard, {}, by("ana")});
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(status(kGuard), StepStatus::skipped);
  ends("copy", Done{});
  EXPECT_EQ(status("last"), StepStatus::running);
  EXPECT_THAT(effects(), Not(Contains("look " + kGuard)));
}

TEST_F(GuardTest, ThatCannotLookIsAFailureOfTheRun) {
  spec_ = ActionSpec{};
  StepBuilder guard = bad();
  guard->action.with.insert_or_assign("class", Template{Value("once")});
  given(one_step(std::move(guard)));
  EXPECT_EQ(run_status(), state::RunStatus::paused);
  EXPECT_THAT(at(kGuard).error->message, HasSubstr("does more than read"));
}

TEST_F(GuardTest, JournalsALongRunInFewEvents) {
  given(one_step(bad()));
  sees(false);
  for (int n = 1; n < 43'200; ++n) sees_after(1s, false);
  EXPECT_GT(looks_in_journal(), 20);
  EXPECT_LT(looks_in_journal(), 300);
}

}  // namespace
}  // namespace rung::engine::testing
