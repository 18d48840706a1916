#include "tests/engine/core_fixture.h"

namespace rung::engine::testing {
namespace {

using state::RunStatus;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

StepBuilder tolerated(StepBuilder step) {
  step->tolerate = "not needed";
  return step;
}

// A group `g` of `a` and `b`, whose `finally` is `tidy` and `tell`; then `after`.
class GroupFinally : public CoreTest {
 protected:
  static StepBuilder g() {
    return group("g", {effect("a"), effect("b")}).finally({effect("tidy"), effect("tell")});
  }
  void given_group(StepBuilder step, runbooks::OnFailure policy = runbooks::OnFailure::pause) {
    PlanBuilder plan;
    plan.step(std::move(step)).step(effect("after")).on_failure(policy);
    plan.finally(effect("last"));
    given(std::move(plan));
  }
  void does(std::initializer_list<std::string> steps) {
    for (const std::string& step : steps) {
      ASSERT_EQ(status(step), StepStatus::running) << step;
      ends(step, Done{});
    }
  }
};

TEST_F(GroupFinally, RunsWhenTheStepsAreDoneAndBeforeWhatComesAfter) {
  given_group(g());
  does({"a", "b"});
  EXPECT_EQ(status("after"), StepStatus::waiting);
  does({"tidy", "tell"});
  EXPECT_EQ(status("g"), StepStatus::succeeded);
  does({"after", "last"});
  EXPECT_EQ(run_status(), RunStatus::succeeded);
}

TEST_F(GroupFinally, RunsWhenAFailureThatIsToleratedEndsTheGroup) {
  given_group(tolerated(g()));
  ends("a", failed());
  EXPECT_EQ(status("b"), StepStatus::waiting);
  does({"tidy", "tell"});
  EXPECT_EQ(status("b"), StepStatus::skipped);
  EXPECT_EQ(status("g"), StepStatus::failed);
  does({"after", "last"});
  EXPECT_EQ(run_status(), RunStatus::succeeded);
}

TEST_F(GroupFinally, WaitsWhileAFailureOfTheGroupIsNotAnswered) {
  given_group(g());
  ends("a", failed());
  EXPECT_EQ(run_status(), RunStatus::paused);
  EXPECT_EQ(status("tidy"), StepStatus::waiting);
  send(RetryStep{"a", by("ana")});
  does({"a", "b", "tidy", "tell", "after", "last"});
  EXPECT_EQ(run_status(), RunStatus::succeeded);
}

TEST_F(GroupFinally, RunsWhenTheRunIsCancelledAndBeforeTheRunsOwn) {
  given_group(g());
  ends("a", failed());
  send(Cancel{CancelRunning::drain, by("ana")});
  EXPECT_EQ(status("last"), StepStatus::waiting);
  does({"tidy", "tell"});
  does({"last"});
  EXPECT_EQ(status("g"), StepStatus::failed);
  EXPECT_EQ(run_status(), RunStatus::cancelled);
}

TEST_F(GroupFinally, RunsAfterTheUndo) {
  StepBuilder step = group("g", {effect("a").undo(), effect("b")}).finally({effect("tidy")});
  given_group(std::move(step), runbooks::OnFailure::undo_run);
  does({"a"});
  ends("b", failed());
  does({"g/a@undo", "tidy", "last"});
  EXPECT_EQ(run_status(), RunStatus::undone);
}

TEST_F(GroupFinally, DoesNotRunForAGroupThatHasNotBegun) {
  PlanBuilder plan;
  plan.step(effect("first")).step(g()).on_failure(runbooks::OnFailure::fail);
  given(std::move(plan));
  ends("first", failed());
  EXPECT_EQ(run_status(), RunStatus::failed);
  EXPECT_NE(status("tidy"), StepStatus::succeeded);
  EXPECT_EQ(at("tidy").attempts, 0);
}

TEST_F(GroupFinally, OfAnInnerGroupRunsBeforeThatOfTheOuter) {
  StepBuilder inner = group("inner", {effect("x")}).finally({effect("tidy_inner")});
  given_group(tolerated(group("g", {std::move(inner)}).finally({effect("tidy")})));
  ends("x", failed());
  EXPECT_EQ(status("tidy"), StepStatus::waiting);
  does({"tidy_inner", "tidy", "after"});
}

TEST_F(GroupFinally, OfAnInnerGroupRunsBeforeThatOfTheOuterWhenTheRunEnds) {
  StepBuilder inner = group("inner", {effect("x")}).finally({effect("tidy_inner")});
  given_group(group("g", {std::move(inner)}).finally({effect("tidy")}), runbooks::OnFailure::fail);
  ends("x", failed());
  EXPECT_EQ(status("tidy"), StepStatus::waiting);
  does({"tidy_inner", "tidy", "last"});
  EXPECT_EQ(run_status(), RunStatus::failed);
}

TEST_F(GroupFinally, RunsForTheSiblingsThatAFailureEnds) {
  StepBuilder other = group("other", {effect("x"), effect("y")}).finally({effect("tidy_other")});
  StepBuilder both = parallel("both", {effect("bad"), std::move(other)});
  given_group(tolerated(std::move(both)));
  ends("bad", failed());
  does({"x"});
  EXPECT_EQ(status("y"), StepStatus::waiting);
  does({"tidy_other", "after"});
}

TEST_F(GroupFinally, GoesOnWhenASiblingOfItsGroupFailsMeanwhile) {
  StepBuilder other = group("other", {effect("x")}).finally({effect("one"), effect("two")});
  given_group(tolerated(parallel("both", {effect("bad"), std::move(other)})));
  does({"x"});
  ends("bad", failed());
  does({"one", "two", "after"});
}

TEST_F(GroupFinally, GoesOnAfterwardsWhenTheRunEndsMeanwhile) {
  given_group(g());
  does({"a", "b"});
  send(Cancel{CancelRunning::kill, by("ana")});
  EXPECT_THAT(effects(), Not(Contains(HasSubstr("cancel"))));
  does({"tidy", "tell", "last"});
  EXPECT_EQ(run_status(), RunStatus::cancelled);
}

TEST_F(GroupFinally, ThatFailsWaitsForAPersonLikeAnyStep) {
  given_group(g());
  does({"a", "b"});
  ends("tidy", failed());
  EXPECT_EQ(run_status(), RunStatus::paused);
  EXPECT_EQ(status("tell"), StepStatus::waiting);
  send(RetryStep{"tidy", by("ana")});
  does({"tidy", "tell", "after", "last"});
  EXPECT_EQ(run_status(), RunStatus::succeeded);
}

TEST_F(GroupFinally, ThatFailsStopsNothingWhereTheGroupFailedAlready) {
  given_group(tolerated(g()));
  ends("a", failed());
  ends("tidy", failed());
  does({"tell", "after", "last"});
  EXPECT_THAT(at("g").error->message, HasSubstr("g/a"));
}

TEST_F(GroupFinally, ThatFailsStopsNothingOnceTheRunEnds) {
  given_group(g());
  does({"a", "b"});
  ends("tidy", failed());
  send(Cancel{CancelRunning::drain, by("ana")});
  does({"tell", "last"});
  EXPECT_EQ(status("g"), StepStatus::failed);
  EXPECT_THAT(at("g").error->message, HasSubstr("g/finally"));
}

TEST_F(GroupFinally, OfAnItemRunsForEachItem) {
  StepBuilder loop = each_of("loop", "", {effect("put")});
  loop->loop->in = Template{Value(Value::List{1, 2})};
  loop->loop->tolerate = 1;
  loop.first_child().finally({effect("tidy")});
  given_group(std::move(loop));
  ends("loop/1/put", failed());
  does({"loop/1/finally/tidy", "loop/2/put", "loop/2/finally/tidy", "after"});
}

TEST_F(GroupFinally, IsNoReasonToBeginAnotherItemWhenTheRunEnds) {
  StepBuilder loop = each_of("loop", "", {effect("put")});
  loop->loop->in = Template{Value(Value::List{1, 2})};
  loop.first_child().finally({effect("tidy")});
  given_group(std::move(loop), runbooks::OnFailure::fail);
  ends("loop/1/put", failed());
  does({"loop/1/finally/tidy"});
  EXPECT_EQ(at("loop/2/put").attempts, 0);
  does({"last"});
  EXPECT_EQ(run_status(), RunStatus::failed);
}

}  // namespace
}  // namespace rung::engine::testing
