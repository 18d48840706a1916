#include "tests/engine/core_fixture.h"

namespace rung::engine::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using state::RunStatus;

Template text_of(std::string before, std::string expression) {
  Template::Text text;
  text.parts.emplace_back(std::move(before));
  text.parts.emplace_back(runbooks::Expression{std::move(expression)});
  return {std::move(text)};
}

class Locks : public CoreTest {
 protected:
  PlanBuilder plan() {
    PlanBuilder builder;
    builder.step(effect("copy")).finally(effect("tidy"));
    builder->inputs.push_back({"site", Type::string, {}, Value("east"), ""});
    builder->locks = {{Template{Value("pg:orders")}, false},
                      {text_of("site:", "inputs.site"), true}};
    return builder;
  }
  void given_plan() { given(plan(), {{"site", Value("west")}}); }
};

TEST_F(Locks, AreAskedForAtTheCreationByTheirResolvedNames) {
  given_plan();
  ASSERT_TRUE(state_.locks);
  EXPECT_THAT(state_.locks->exclusive, ElementsAre("pg:orders"));
  EXPECT_THAT(state_.locks->shared, ElementsAre("site:west"));
}

TEST_F(Locks, KeepARunQueuedUntilItHasThem) {
  given_plan();
  EXPECT_EQ(run_status(), RunStatus::queued);
  EXPECT_EQ(summary_of(*graph_, state_).reason, "lock pg:orders, site:west");
  EXPECT_THAT(effects(), IsEmpty());
}

TEST_F(Locks, LetTheFirstStepBeginInTheDecisionThatTakesThem) {
  given_plan();
  send(TakeLocks{});
  EXPECT_THAT(events(), ElementsAre("locks.taken", "step.started copy"));
  EXPECT_EQ(run_status(), RunStatus::running);
}

TEST_F(Locks, AreNotTakenByAPausedRun) {
  given_plan();
  send(Pause{by("ana")});
  EXPECT_EQ(run_status(), RunStatus::paused);
  send(TakeLocks{});
  EXPECT_THAT(events(), IsEmpty());
  send(Continue{by("ana")});
  EXPECT_EQ(run_status(), RunStatus::queued);
}

TEST_F(Locks, ARunThatNeverHadThemEndsWithoutTouchingAnything) {
  given_plan();
  send(Cancel{CancelRunning::drain, by("ana")});
  EXPECT_EQ(run_status(), RunStatus::cancelled);
  EXPECT_EQ(status("tidy"), StepStatus::waiting);
  EXPECT_THAT(effects(), IsEmpty());
}

TEST_F(Locks, UndoingARunThatNeverHadThemEndsItToo) {
  given_plan();
  send(Undo{by("ana")});
  EXPECT_EQ(run_status(), RunStatus::undone);
  EXPECT_THAT(effects(), IsEmpty());
}

TEST_F(Locks, AreStillWaitedForByTheNextEngine) {
  given_plan();
  restarts(true);
  EXPECT_EQ(run_status(), RunStatus::queued);
  EXPECT_THAT(effects(), IsEmpty());
}

TEST_F(Locks, AreStillHeldUnderTheNextEngineAndInFinally) {
  given_plan();
  send(TakeLocks{});
  restarts();
  EXPECT_FALSE(awaits_locks(state_));
  ends("copy", Done{});
  EXPECT_EQ(status("tidy"), StepStatus::running);
  EXPECT_FALSE(awaits_locks(state_));
}

TEST_F(Locks, RefuseAnEmptyName) {
  PlanBuilder builder;
  builder.step(effect("copy"));
  builder->locks = {{Template{runbooks::Expression{"inputs.site"}}, false}};
  given(std::move(builder), {{"site", Value("")}});
  EXPECT_THAT(refusal(), HasSubstr("is empty"));
}

TEST_F(Locks, RefuseANameOfSeveralLines) {
  PlanBuilder builder;
  builder.step(effect("copy"));
  builder->locks = {{Template{runbooks::Expression{"inputs.site"}}, false}};
  given(std::move(builder), {{"site", Value("a\nb")}});
  EXPECT_THAT(refusal(), HasSubstr("line break"));
}

TEST_F(Locks, CannotBeTakenTwice) {
  given_plan();
  send(TakeLocks{});
  const auto twice = apply(*graph_, state_, {clock_.now().utc, "", state::LocksTaken{}});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code(), ErrorCode::corrupt);
}

}  // namespace
}  // namespace rung::engine::testing
