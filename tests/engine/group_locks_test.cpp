#include "tests/engine/core_fixture.h"

namespace rung::engine::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using state::RunStatus;

StepBuilder locked(StepBuilder step, std::vector<std::string> names) {
  for (const std::string& name : names) step->locks.push_back({Template{Value(name)}, false});
  return step;
}

// A run with a lock `app`, of which a group `g` takes `lb`.
class GroupLocksTest : public CoreTest {
 protected:
  void given_group(StepBuilder g, runbooks::OnFailure policy = runbooks::OnFailure::pause) {
    PlanBuilder plan;
    plan.step(effect("before").undo()).step(std::move(g)).step(effect("after"));
    plan.on_failure(policy);
    given(std::move(plan));
  }
  static StepBuilder g() { return locked(group("g", {effect("a").undo(), effect("b")}), {"lb"}); }
  void take(const std::string& group) { send(TakeLocks{tree().find(group)}); }
};

TEST_F(GroupLocksTest, AreAskedForWhenTheTurnOfTheGroupHasCome) {
  given_group(g());
  EXPECT_THAT(state_.group_locks, IsEmpty());
  ends("before", Done{});
  EXPECT_THAT(events(), Contains("locks.asked g"));
  EXPECT_THAT(state_.group_locks.begin()->second.asked.exclusive, ElementsAre("lb"));
  EXPECT_EQ(status("g"), StepStatus::waiting);
  EXPECT_EQ(run_status(), RunStatus::waiting);
  EXPECT_EQ(summary_of(*graph_, state_).reason, "lock lb of g");
}

TEST_F(GroupLocksTest, LetTheGroupBeginInTheDecisionThatTakesThem) {
  given_group(g());
  ends("before", Done{});
  take("g");
  EXPECT_THAT(events(), ElementsAre("locks.taken g", "step.opened g", "step.started g/a"));
}

TEST_F(GroupLocksTest, AreFreedWhenTheGroupHasEnded) {
  given_group(g());
  ends("before", Done{});
  take("g");
  ends("a", Done{});
  EXPECT_THAT(events(), Not(Contains("locks.freed g")));
  ends("b", Done{});
  EXPECT_THAT(events(), Contains("locks.freed g"));
  EXPECT_THAT(state_.group_locks, IsEmpty());
  EXPECT_EQ(status("after"), StepStatus::running);
}

TEST_F(GroupLocksTest, AreHeldThroughTheFinallyOfTheGroup) {
  given_group(g().finally({effect("tidy")}));
  ends("before", Done{});
  take("g");
  ends("a", Done{});
  ends("b", Done{});
  EXPECT_THAT(state_.group_locks, ::testing::SizeIs(1));
  ends("tidy", Done{});
  EXPECT_THAT(events(), Contains("locks.freed g"));
}

TEST_F(GroupLocksTest, AreFreedWhenAToleratedFailureEndsTheGroup) {
  auto tolerated = g();
  tolerated->tolerate = "not needed";
  given_group(std::move(tolerated));
  ends("before", Done{});
  take("g");
  ends("a", failed());
  EXPECT_THAT(events(), Contains("locks.freed g"));
  EXPECT_EQ(status("after"), StepStatus::running);
}

TEST_F(GroupLocksTest, StayWithAGroupWhoseRunIsPausedByAFailureInIt) {
  given_group(g());
  ends("before", Done{});
  take("g");
  ends("a", failed());
  EXPECT_EQ(run_status(), RunStatus::paused);
  EXPECT_TRUE(state_.group_locks.begin()->second.taken_at);
  send(RetryStep{"a", by("ana")});
  EXPECT_EQ(status("a"), StepStatus::running);
}

TEST_F(GroupLocksTest, AreNotTakenByAPausedRun) {
  given_group(g());
  ends("before", Done{});
  send(Pause{by("ana")});
  take("g");
  EXPECT_THAT(events(), IsEmpty());
  send(Continue{by("ana")});
  take("g");
  EXPECT_EQ(status("a"), StepStatus::running);
}

TEST_F(GroupLocksTest, AreNotWaitedForByAGroupThatIsSkipped) {
  given_group(g());
  ends("before", Done{});
  send(SkipStep{"g", {}, by("ana")});
  EXPECT_THAT(events(), Contains("locks.freed g"));
  EXPECT_EQ(status("after"), StepStatus::running);
}

TEST_F(GroupLocksTest, AreNotWaitedForByARunThatIsCancelled) {
  given_group(g());
  ends("before", Done{});
  send(Cancel{CancelRunning::drain, by("ana")});
  EXPECT_EQ(run_status(), RunStatus::cancelled);
  EXPECT_THAT(state_.group_locks, IsEmpty());
}

TEST_F(GroupLocksTest, AreNotAskedForByAGroupThatIsNotWanted) {
  auto unwanted = g();
  unwanted->when = {"false"};
  given_group(std::move(unwanted));
  ends("before", Done{});
  EXPECT_THAT(events(), Not(Contains("locks.asked g")));
  EXPECT_EQ(status("after"), StepStatus::running);
}

TEST_F(GroupLocksTest, AreWaitedForByTheNextEngine) {
  given_group(g());
  ends("before", Done{});
  restarts(true);
  EXPECT_EQ(run_status(), RunStatus::waiting);
  take("g");
  EXPECT_EQ(status("a"), StepStatus::running);
}

TEST_F(GroupLocksTest, AreTakenAgainForTheUndoOfAGroupThatIsOver) {
  given_group(g());
  ends("before", Done{});
  take("g");
  ends("a", Done{});
  ends("b", Done{});
  send(Undo{by("ana")});
  ends("after", Done{});
  EXPECT_THAT(events(), Contains("locks.asked g"));
  EXPECT_EQ(status("g/a@undo"), StepStatus::waiting);
  take("g");
  EXPECT_EQ(status("g/a@undo"), StepStatus::running);
  ends("g/a@undo", Done{});
  EXPECT_THAT(events(), Contains("locks.freed g"));
  EXPECT_EQ(status("before@undo"), StepStatus::running);
}

TEST_F(GroupLocksTest, AreKeptForTheUndoOfAGroupThatFailed) {
  given_group(g(), runbooks::OnFailure::undo_run);
  ends("before", Done{});
  take("g");
  ends("a", Done{});
  ends("b", failed());
  EXPECT_THAT(events(), Not(Contains("locks.freed g")));
  EXPECT_EQ(status("g/a@undo"), StepStatus::running);
  ends("g/a@undo", Done{});
  EXPECT_THAT(events(), Contains("locks.freed g"));
}

// Held in undo, `lb` would come before `app`, and another run may wait the other way round.
TEST_F(GroupLocksTest, AreFreedBeforeTheUndoTakesThoseOfAnotherGroup) {
  PlanBuilder plan;
  plan.step(locked(group("g", {effect("a").undo()}), {"app"}));
  plan.step(locked(group("h", {effect("b").undo(), effect("c")}), {"lb"}));
  given(std::move(plan));
  take("g");
  ends("a", Done{});
  take("h");
  ends("b", Done{});
  send(Undo{by("ana")});
  ends("c", failed());
  ends("h/b@undo", Done{});
  EXPECT_THAT(events(), Contains("locks.freed h"));
  EXPECT_THAT(events(), Contains("locks.asked g"));
  take("g");
  ends("g/a@undo", Done{});
  EXPECT_EQ(run_status(), RunStatus::undone);
}

TEST_F(GroupLocksTest, OfAGroupInAnotherAreTakenAfterThose) {
  PlanBuilder plan;
  plan.step(locked(group("g", {locked(group("h", {effect("a")}), {"lb"})}), {"app"}));
  given(std::move(plan));
  take("g");
  EXPECT_THAT(events(), ElementsAre("locks.taken g", "step.opened g", "locks.asked g/h"));
  take("h");
  EXPECT_EQ(status("a"), StepStatus::running);
}

TEST_F(GroupLocksTest, ThatAreHeldAroundItAreNotTakenOnceMore) {
  PlanBuilder plan;
  plan.step(locked(group("g", {locked(group("h", {effect("a")}), {"app"})}), {"app"}));
  given(std::move(plan));
  take("g");
  EXPECT_EQ(status("a"), StepStatus::running);
  EXPECT_THAT(state_.group_locks, ::testing::SizeIs(1));
}

TEST_F(GroupLocksTest, ThatComeBeforeOneThatIsHeldAreRefusedAtTheCreation) {
  PlanBuilder plan;
  plan->file = "web.yaml";
  plan->locks = {{Template{Value("lb")}, false}};
  plan.step(locked(group("g", {effect("a")}), {"app"}));
  given(std::move(plan));
  EXPECT_THAT(refusal(), HasSubstr("the group g would wait for the lock `app` while `lb` of the "
                                   "run is held"));
  EXPECT_THAT(refusal(), HasSubstr("write `app` beside `lb`"));
}

TEST_F(GroupLocksTest, ForOneselfWhereTheRunSharesThemAreRefusedAtTheCreation) {
  PlanBuilder plan;
  plan->locks = {{Template{Value("app")}, true}};
  plan.step(locked(group("g", {effect("a")}), {"app"}));
  given(std::move(plan));
  EXPECT_THAT(refusal(), HasSubstr("is shared: write it there without `shared`"));
}

TEST_F(GroupLocksTest, MayComeBeforeAKeyOfConcurrency) {
  PlanBuilder plan;
  plan->concurrency = runbooks::ConcurrencySpec{Template{Value("web")}, false};
  plan.step(locked(group("g", {effect("a")}), {"app"}));
  given(std::move(plan));
  EXPECT_EQ(refusal(), "");
}

TEST_F(GroupLocksTest, CannotBeFreedTwice) {
  given_group(g());
  const auto freed = apply(*graph_, state_, {clock_.now().utc, "g", state::LocksFreed{}});
  ASSERT_FALSE(freed);
  EXPECT_EQ(freed.error().code(), ErrorCode::corrupt);
}

}  // namespace
}  // namespace rung::engine::testing
