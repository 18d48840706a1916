#include "tests/engine/core_fixture.h"

namespace rung::engine::testing {
namespace {

using state::RunStatus;

// A choice whose branches are called by their conditions; "" is the one that is taken otherwise.
StepBuilder choice(std::vector<std::pair<std::string, StepBuilder>> branches) {
  StepBuilder step = group("which", {});
  step->is_choice = true;
  int number = 0;
  for (auto& [when, child] : branches) {
    StepBuilder branch = group("b" + std::to_string(++number), {std::move(child)});
    branch->when = {when};
    step.child(std::move(branch));
  }
  return step;
}

StepBuilder with_policy(StepBuilder group, runbooks::OnFailure policy) {
  group->on_failure = policy;
  return group;
}

class ChoicesAndPolicies : public CoreTest {
 protected:
  void given_choice(std::vector<std::pair<std::string, StepBuilder>> branches) {
    PlanBuilder plan;
    plan.step(choice(std::move(branches))).step(effect("after"));
    given(std::move(plan));
  }
  void given_steps(StepBuilder first, runbooks::OnFailure of_run) {
    PlanBuilder plan;
    plan.step(std::move(first)).on_failure(of_run);
    given(std::move(plan));
  }
};

TEST_F(ChoicesAndPolicies, OfAChoiceTheFirstBranchThatHoldsIsTaken) {
  given_choice({{"1 > 2", effect("a")}, {"2 > 1", effect("b")}, {"", effect("c")}});
  EXPECT_EQ(status("a"), StepStatus::skipped);
  EXPECT_EQ(status("b"), StepStatus::running);
  EXPECT_EQ(status("c"), StepStatus::waiting);
}

TEST_F(ChoicesAndPolicies, AfterTheTakenBranchNoConditionIsLookedAt) {
  given_choice({{"true", effect("a")}, {"nothing.here", effect("b")}});
  ends("a", Done{});
  EXPECT_EQ(status("b1"), StepStatus::succeeded);
  EXPECT_EQ(status("b2"), StepStatus::skipped);
  EXPECT_EQ(at("b2").skipped_because, "choose");
  EXPECT_EQ(status("after"), StepStatus::running);
}

TEST_F(ChoicesAndPolicies, OtherwiseIsTakenWhereNoConditionHolds) {
  given_choice({{"false", effect("a")}, {"", effect("b")}});
  EXPECT_EQ(status("b"), StepStatus::running);
}

TEST_F(ChoicesAndPolicies, AChoiceOfNothingIsDone) {
  given_choice({{"false", effect("a")}});
  EXPECT_EQ(status("which"), StepStatus::succeeded);
  EXPECT_EQ(status("after"), StepStatus::running);
}

TEST_F(ChoicesAndPolicies, AToleratedFailureInABranchTakesNoOther) {
  StepBuilder a = effect("a");
  a->tolerate = "not needed";
  given_choice({{"true", std::move(a)}, {"", effect("b")}});
  ends("a", failed());
  EXPECT_EQ(status("b"), StepStatus::skipped);
}

TEST_F(ChoicesAndPolicies, ThePolicyOfAGroupDecidesAboutAFailureInIt) {
  given_steps(with_policy(group("g", {effect("a")}), runbooks::OnFailure::fail),
              runbooks::OnFailure::pause);
  ends("a", failed());
  EXPECT_EQ(run_status(), RunStatus::failed);
}

TEST_F(ChoicesAndPolicies, OfGroupsWithinGroupsTheInnermostPolicyDecides) {
  StepBuilder inner = with_policy(group("i", {effect("a")}), runbooks::OnFailure::pause);
  given_steps(with_policy(group("o", {std::move(inner)}), runbooks::OnFailure::fail),
              runbooks::OnFailure::fail);
  ends("a", failed());
  EXPECT_EQ(run_status(), RunStatus::paused);
}

TEST_F(ChoicesAndPolicies, AGroupCanAskForTheUndoOfTheRun) {
  given_steps(
      with_policy(group("g", {effect("a").undo(), effect("b")}), runbooks::OnFailure::undo_run),
      runbooks::OnFailure::pause);
  ends("a", Done{});
  ends("b", failed());
  EXPECT_EQ(status("g/a@undo"), StepStatus::running);
}

TEST_F(ChoicesAndPolicies, APolicyInsideOfAToleratedGroupDecidesFirst) {
  StepBuilder inner = with_policy(group("i", {effect("a")}), runbooks::OnFailure::fail);
  StepBuilder outer = group("o", {std::move(inner)});
  outer->tolerate = "not needed";
  given_steps(std::move(outer), runbooks::OnFailure::pause);
  ends("a", failed());
  EXPECT_EQ(run_status(), RunStatus::failed);
}

TEST_F(ChoicesAndPolicies, AToleratedGroupInsideOfAPolicyFailsAlone) {
  StepBuilder inner = group("i", {effect("a")});
  inner->tolerate = "not needed";
  given_steps(with_policy(group("o", {std::move(inner), effect("b")}), runbooks::OnFailure::fail),
              runbooks::OnFailure::pause);
  ends("a", failed());
  EXPECT_EQ(status("i"), StepStatus::failed);
  EXPECT_EQ(status("b"), StepStatus::running);
}

}  // namespace
}  // namespace rung::engine::testing
