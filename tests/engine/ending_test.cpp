// What a run that ends, is undone or gives up on a group may still do, and what it must not forget.
#include "tests/engine/core_fixture.h"

namespace rung::engine::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

StepBuilder tolerated(StepBuilder step) {
  step->tolerate = "not needed";
  return step;
}
StepBuilder cancelling(StepBuilder group) {
  group->cancel_others = true;
  return group;
}

class Ending : public CoreTest {};

TEST_F(Ending, ANewEngineLeavesFinallyAloneThoughTheRunWasKilled) {
  given(PlanBuilder().step(effect("a")).finally(effect("tidy")));
  send(Cancel{CancelRunning::kill, by("ana")});
  ends("a", failed());
  ASSERT_EQ(status("finally/tidy"), StepStatus::running);
  restarts();
  EXPECT_THAT(effects(), ElementsAre("recover finally/tidy"));
}

TEST_F(Ending, KillingWhatRunsKeepsTheUndoThatWasAskedFor) {
  given(PlanBuilder().step(effect("a").undo()).step(effect("b")));
  ends("a", Done{});
  send(Undo{by("ana")});
  send(Cancel{CancelRunning::kill, by("li")});
  EXPECT_THAT(effects(), ElementsAre("cancel b"));
  ends("b", failed());
  EXPECT_THAT(effects(), Contains("start a@undo"));
}

TEST_F(Ending, AnUndoOfARunThatWasKilledStillKills) {
  given(PlanBuilder().step(effect("a").undo()));
  send(Cancel{CancelRunning::kill, by("ana")});
  send(Undo{by("ana")});
  restarts();
  EXPECT_THAT(effects(), ElementsAre("recover a", "cancel a"));
}

TEST_F(Ending, AStepResolvedAsNotDoneDoesNotBeginAgainWhileTheRunIsUndone) {
  given(PlanBuilder().step(effect("a").undo()).step(effect("b")));
  ends("a", Done{});
  ends("b", unknown());
  send(Undo{by("ana")});
  ASSERT_EQ(status("a@undo"), StepStatus::running);
  send(Resolve{"b", ResolveAs::not_done, {}, by("ana")});
  EXPECT_THAT(effects(), IsEmpty());
  EXPECT_EQ(status("b"), StepStatus::failed);
  ends("a@undo", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::undone);
}

TEST_F(Ending, CancelAsksAboutAnUntoldTryThatWaitsForTheNext) {
  given(PlanBuilder().step(effect("a", EffectClass::keyed)));
  ends("a", unknown());
  ASSERT_EQ(status("a"), StepStatus::backing_off);
  send(Cancel{CancelRunning::drain, by("ana")});
  EXPECT_EQ(run_status(), state::RunStatus::in_doubt);
}

TEST_F(Ending, OutOfTimeAsksAboutAnUntoldTryThatWaitsForTheNext) {
  StepBuilder a = effect("a", EffectClass::keyed);
  a->step_timeout = 1s;
  a->retry = runbooks::Retry{5, 10s, 10s, {}};
  given(PlanBuilder().step(a));
  ends("a", unknown());
  pass(2s);
  send(PassTime{});
  EXPECT_EQ(status("a"), StepStatus::in_doubt);
}

class EndedGroups : public CoreTest {
 protected:
  void given_group(StepBuilder group) {
    given(PlanBuilder().step(tolerated(std::move(group))).step(effect("after")));
  }
};

TEST_F(EndedGroups, ASiblingThatWasEndedIsNotTriedAgain) {
  given_group(cancelling(parallel("both", {effect("a"), effect("b", EffectClass::idempotent)})));
  ends("both/a", failed());
  ASSERT_THAT(effects(), Contains("cancel both/b"));
  ends("both/b", unknown());
  EXPECT_EQ(status("both/b"), StepStatus::failed);
  EXPECT_EQ(status("after"), StepStatus::running);
}

TEST_F(EndedGroups, ASiblingThatWasEndedIsNotRunAgainByANewEngine) {
  given_group(cancelling(parallel("both", {effect("a"), effect("b", EffectClass::idempotent)})));
  ends("both/a", failed());
  restarts();
  const StepState& b = at("both/b");
  send(FinishAttempt{*tree().find("both/b"), b.generation, b.attempts, unknown(), true});
  EXPECT_THAT(effects(), Not(Contains("start both/b")));
  EXPECT_EQ(status("both/b"), StepStatus::failed);
}

TEST_F(EndedGroups, EndTheGroupsInThem) {
  given_group(group("outer", {group("inner", {effect("a"), effect("b")})}));
  ends("outer/inner/a", failed());
  EXPECT_EQ(status("outer"), StepStatus::failed);
  EXPECT_EQ(status("outer/inner"), StepStatus::failed);
  EXPECT_EQ(status("outer/inner/b"), StepStatus::skipped);
  EXPECT_EQ(status("after"), StepStatus::running);
}

TEST_F(EndedGroups, TheUndoOfAStepInThemIsNotEndedByANewEngine) {
  given(PlanBuilder()
            .step(cancelling(parallel("both", {effect("a").undo(), effect("b")})))
            .on_failure(runbooks::OnFailure::undo_run));
  ends("both/a", Done{});
  ends("both/b", failed());
  ASSERT_EQ(status("both/a@undo"), StepStatus::running);
  restarts();
  EXPECT_THAT(effects(), ElementsAre("recover both/a@undo"));
}

TEST_F(EndedGroups, TheUndoOfAStepInThemIsNotEndedByTheAnswerToADoubt) {
  given(PlanBuilder().step(cancelling(parallel("both", {effect("a").undo(), effect("b")}))));
  ends("both/a", Done{});
  ends("both/b", unknown());
  send(Undo{by("ana")});
  ASSERT_EQ(status("both/a@undo"), StepStatus::running);
  send(Resolve{"both/b", ResolveAs::failed, {}, by("ana")});
  EXPECT_THAT(effects(), IsEmpty());
}

class UndoSet : public CoreTest {};

TEST_F(UndoSet, HoldsAStepWhoseEarlierTryFailedThoughTheLastDidNotHappen) {
  StepBuilder a = effect("a").undo();
  a->retry = runbooks::Retry{2, 1s, 1s, {}};
  given(PlanBuilder().step(a).on_failure(runbooks::OnFailure::undo_run));
  ends("a", failed());
  pass(1s);
  send(PassTime{});
  ends("a", not_done());
  EXPECT_THAT(effects(), Contains("start a@undo"));
}

TEST_F(UndoSet, WaitsForTheAnswerWhereItDependsOnIt) {
  StepBuilder a = effect("a").undo();
  a->undo_on = {"succeeded"};
  given(PlanBuilder().step(a));
  ends("a", unknown());
  send(Undo{by("ana")});
  EXPECT_EQ(run_status(), state::RunStatus::in_doubt);
  send(Resolve{"a", ResolveAs::done, {}, by("ana")});
  EXPECT_THAT(effects(), Contains("start a@undo"));
}

class RunTimeout : public CoreTest {
 protected:
  static PlanBuilder within(Duration timeout) {
    PlanBuilder plan;
    plan.step(effect("a")).step(effect("b")).finally(effect("tidy"));
    plan->run_timeout = timeout;
    return plan;
  }
};

TEST_F(RunTimeout, EndsTheStepsAndStillRunsFinally) {
  given(within(1h));
  pass(1h);
  send(PassTime{});
  ends("a", Done{});
  EXPECT_EQ(status("b"), StepStatus::waiting);
  EXPECT_THAT(effects(), Contains("start finally/tidy"));
  ends("finally/tidy", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::failed);
  EXPECT_THAT(state_.finished->reason, HasSubstr("out of time"));
}

TEST_F(RunTimeout, CountsWhileTheRunIsPausedAndIsWhatItWakesFor) {
  given(within(1h));
  ends("a", failed());
  ASSERT_EQ(run_status(), state::RunStatus::paused);
  EXPECT_FALSE(next_due(state_).is_empty());
  pass(1h);
  send(PassTime{});
  EXPECT_THAT(effects(), ElementsAre("start finally/tidy"));
}

TEST_F(RunTimeout, LeavesFinallyItsTime) {
  given(within(1h));
  ends("a", Done{});
  ends("b", Done{});
  pass(2h);
  send(PassTime{});
  ends("finally/tidy", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::succeeded);
}

}  // namespace
}  // namespace rung::engine::testing
