#include "engine/engine.h"

#include "tests/engine/engine_fixture.h"

#include <algorithm>

namespace rung::engine::testing {
namespace {

using namespace std::chrono_literals;
using state::RunStatus;
using state::StoreState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(EngineTest, StoresThePlanAgainThatGarbageCollectionDeleted) {
  PlanBuilder builder;
  builder.step(set("a", "x", "1"));
  const auto plan = plan_of(std::move(builder));
  const RunId first = starts(plan);
  ASSERT_EQ(row(first).status, RunStatus::succeeded);
  state::delete_run(*disk_, first);
  const RunId second = starts(plan);
  EXPECT_TRUE(state::open_memory_reader(disk_)->plan(row(second).plan));
}

class UnreadableRun : public EngineTest {
 protected:
  // A run that waits; its journal is damaged, and its time has come.
  void SetUp() override {
    EngineTest::SetUp();
    PlanBuilder builder;
    builder.step(wait_for("a", 1h));
    const RunId run = starts(plan_of(std::move(builder)));
    state::journal_on(*disk_, run).back().hash = Sha256{};
    clock_.pass(2h);
    boots();
  }
};

TEST_F(UnreadableRun, IsNotLookedForAgainAndAgain) {
  const auto due = engine_->next_due();
  EXPECT_TRUE(!due || due->boot > clock_.now().boot);
}

TEST_F(UnreadableRun, IsComplainedAboutOnce) {
  clock_.pass(5s);
  engine_->tick();
  run_posted();
  EXPECT_THAT(complaints_, ElementsAre(HasSubstr("cannot be read")));
}

TEST_F(UnreadableRun, KeepsNoOtherFromWaking) {
  PlanBuilder builder;
  builder.step(wait_for("b", 1h));
  const RunId other = starts(plan_of(std::move(builder)));
  boots();
  clock_.pass(61min);
  engine_->tick();
  run_posted();
  EXPECT_EQ(row(other).status, RunStatus::succeeded);
}

// Over several pages of what a store answers at once.
class ManyRuns : public EngineTest {
 protected:
  static constexpr int kRuns = 2'300;
  void SetUp() override {
    EngineTest::SetUp();
    PlanBuilder builder;
    builder.step(wait_for("a", 1h));
    const auto plan = plan_of(std::move(builder));
    for (int n = 0; n < kRuns; ++n) runs_.push_back(starts(plan));
    clock_.pass(2h);
  }
  std::ptrdiff_t succeeded() {
    return std::count_if(runs_.begin(), runs_.end(),
                         [&](RunId run) { return row(run).status == RunStatus::succeeded; });
  }

  std::vector<RunId> runs_;
};

TEST_F(ManyRuns, AreAllRecoveredAtTheBegin) {
  boots();
  EXPECT_EQ(succeeded(), kRuns);
}

TEST_F(ManyRuns, AreNotAllLoadedAtOnce) {
  most_posted_ = 0;
  boots();
  EXPECT_LT(most_posted_, 1'500U);
}

TEST_F(ManyRuns, AllWakeInAnEngineThatHadPutThemAside) {
  engine_->tick();
  run_posted();
  EXPECT_EQ(succeeded(), kRuns);
}

class StoreThatWasDown : public EngineTest {
 protected:
  void is(StoreState state) {
    store_->enter(state, "a test");
    run_posted();
  }
  // Runs over more than are kept in memory: the first is in the store alone.
  RunId let_go() {
    PlanBuilder builder;
    builder.step(wait_for("a", 1h));
    const auto plan = plan_of(std::move(builder));
    const RunId first = starts(plan);
    for (int n = 0; n < 300; ++n) starts(plan);
    return first;
  }
};

TEST_F(StoreThatWasDown, WakesWhatCameDueMeanwhile) {
  const RunId run = let_go();
  is(StoreState::down);
  clock_.pass(2h);
  engine_->tick();
  run_posted();
  is(StoreState::up);
  clock_.pass(5s);
  engine_->tick();
  run_posted();
  EXPECT_EQ(row(run).status, RunStatus::succeeded);
}

TEST_F(StoreThatWasDown, StartsNothingThatWasCancelledMeanwhile) {
  is(StoreState::low_space);
  PlanBuilder builder;
  builder.step(effect("a"));
  const RunId run = starts(plan_of(std::move(builder)));
  sends(run, Cancel{CancelRunning::kill, {"li", {}, ""}});
  is(StoreState::up);
  EXPECT_THAT(calls_, IsEmpty());
  EXPECT_EQ(row(run).status, RunStatus::cancelled);
}

TEST_F(StoreThatWasDown, RecordsAtItsStopWhatItHeldBackAsNotDone) {
  is(StoreState::low_space);
  PlanBuilder builder;
  builder.step(effect("a"));
  const RunId run = starts(plan_of(std::move(builder)));
  engine_->stop();
  run_posted();
  boots();
  EXPECT_THAT(calls_, ElementsAre("run a"));
  EXPECT_EQ(row(run).status, RunStatus::running);
}

class EngineThatStops : public StoreThatWasDown {
 protected:
  RunId begins() {
    PlanBuilder builder;
    builder.step(effect("a"));
    return starts(plan_of(std::move(builder)));
  }
  void stops() {
    engine_->stop();
    run_posted();
    engine_->release("Ctrl-C");
    run_posted();
  }
  std::string last_event(RunId run) {
    return std::string(
        state::name_of(state::decode(state::journal_on(*disk_, run).back().event).value().payload));
  }
};

TEST_F(EngineThatStops, SaysSoInEachRunThatIsNotOver) {
  const RunId first = begins();
  const RunId second = begins();
  stops();
  EXPECT_EQ(last_event(first), "run.released");
  EXPECT_EQ(last_event(second), "run.released");
  EXPECT_TRUE(engine_->is_quiet());
}

TEST_F(EngineThatStops, AddsNothingToARunThatIsOver) {
  const RunId run = begins();
  ends("a", Done{});
  stops();
  EXPECT_EQ(last_event(run), "run.finished");
}

TEST_F(EngineThatStops, LeavesItsRunsToTheNextOne) {
  const RunId run = begins();
  stops();
  boots();
  EXPECT_THAT(calls_, ElementsAre("recover a"));
  ends("a", Done{});
  EXPECT_EQ(row(run).status, RunStatus::succeeded);
}

TEST_F(EngineThatStops, WaitsForNoStoreThatIsDown) {
  const RunId run = begins();
  is(StoreState::down);
  stops();
  EXPECT_EQ(last_event(run), "step.started");
  EXPECT_TRUE(engine_->is_quiet());
}

TEST_F(EngineThatStops, SaysNothingMoreWhereAnotherOneTookTheStore) {
  const RunId run = begins();
  is(StoreState::lost);
  stops();
  is(StoreState::up);
  EXPECT_EQ(last_event(run), "step.started");
}

// A command that was given a secret runs on while its engine dies; the next one has no secret.
TEST_F(EngineTest, AdoptsACommandThoughItsSecretIsGone) {
  PlanBuilder builder;
  builder->secrets.emplace("token", runbooks::SecretSource{"TOKEN", ""});
  StepBuilder step = effect("a");
  step.with("header", Template{runbooks::Expression{"secrets.token"}});
  builder.step(std::move(step));
  const RunId run = starts(plan_of(std::move(builder)));
  has_secrets_ = false;
  boots();
  EXPECT_THAT(calls_, ElementsAre("recover a"));
  ends("a", Done{{}, true});
  EXPECT_EQ(row(run).status, RunStatus::succeeded);
}

}  // namespace
}  // namespace rung::engine::testing
