// Runs that an earlier rung began, as it stored them: they load, mean the same, and go on to an
// end. UPDATE_GOLDEN=1 writes tests/journals/v1/runs anew; a released file is never changed.

#include "state/chain.h"
#include "tests/engine/core_fixture.h"
#include "tests/engine/simulation.h"
#include "tests/state/golden_journal.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace rung::engine::testing {
namespace {

const std::filesystem::path kRuns =
    std::filesystem::path(RUNG_SOURCE_DIR) / "tests/journals/v1/runs";

class GoldenRun : public CoreTest {
 protected:
  // Stores the run as it stands when asked to, and reads what is stored.
  state::GoldenJournal stored(const std::string& name) {
    const std::filesystem::path file = kRuns / (name + ".json");
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
      std::filesystem::create_directories(kRuns);
      std::ofstream(file) << state::dump_journal(
          state::golden_from(RunId{1}, runbooks::to_json(graph_->plan()), journal_));
    }
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    auto journal = state::restore_journal(text.str());
    EXPECT_TRUE(journal.has_value()) << name;
    return journal ? std::move(journal).value() : state::GoldenJournal{};
  }

  void goes_on(const std::string& name, state::RunStatus status) {
    const state::GoldenJournal journal = stored(name);
    const auto plan = runbooks::plan_from_json(journal.plan_json);
    ASSERT_TRUE(plan.has_value());
    const auto summary = state::summary_of(journal);
    ASSERT_TRUE(summary.has_value());
    const auto disk = state::make_memory_disk(StoreId{});
    state::put_run(*disk, summary.value(), journal.plan_json, journal.events);

    const auto reader = state::open_memory_reader(disk);
    const auto read = reader->events(RunId{1}, Seq{0}, 1'000);
    ASSERT_TRUE(read.has_value()) << read.error().message();
    std::vector<state::Event> events;
    for (const auto& positioned : read.value()) events.push_back(positioned.event);
    const auto folded = fold(Graph(plan.value()), RunId{1}, events);
    ASSERT_TRUE(folded.has_value()) << folded.error().message();
    EXPECT_EQ(status_of(folded.value()), status);

    Simulation::Options options;
    options.disk = disk;
    Simulation simulation(plan.value(), options, *evaluator_);
    EXPECT_THAT(simulation.run_to_end().broken, ::testing::IsEmpty());
  }
};

TEST_F(GoldenRun, WithAnAttemptInFlightGoesOn) {
  given(PlanBuilder().step(effect("copy", EffectClass::keyed).undo()).step(effect("next")));
  goes_on("in-flight", state::RunStatus::running);
}

TEST_F(GoldenRun, InDoubtGoesOn) {
  given(PlanBuilder().step(effect("copy")).step(effect("next")).finally(effect("tidy")));
  ends("copy", unknown());
  goes_on("in-doubt", state::RunStatus::in_doubt);
}

TEST_F(GoldenRun, PausedByAFailureAfterARetryGoesOn) {
  StepBuilder copy = effect("copy");
  copy->retry = runbooks::Retry{2, std::chrono::seconds(1), std::chrono::seconds(2), {}};
  given(PlanBuilder().step(copy).step(effect("next")));
  ends("copy", failed());
  pass(std::chrono::seconds(5));
  send(PassTime{});
  ends("copy", not_done());
  goes_on("paused", state::RunStatus::paused);
}

TEST_F(GoldenRun, WaitingForPeopleGoesOn) {
  given(PlanBuilder().step(
      parallel("all", {approve("ok"), manual("cables"), wait_signal("go", "ready")})));
  send(Note{"hm", by("ana")});
  goes_on("waiting", state::RunStatus::waiting);
}

TEST_F(GoldenRun, StuckInItsUndoGoesOn) {
  given(PlanBuilder()
            .step(effect("a").undo())
            .step(effect("b").undo())
            .step(effect("c"))
            .on_failure(runbooks::OnFailure::undo_run));
  ends("a", Done{});
  ends("b", Done{});
  ends("c", failed());
  ends("b@undo", Done{});
  ends("a@undo", failed());
  goes_on("stuck", state::RunStatus::stuck);
}

TEST_F(GoldenRun, BackingOffInFinallyGoesOn) {
  StepBuilder tidy = effect("tidy", EffectClass::idempotent);
  given(PlanBuilder().step(set("x", "y", "1 + 1")).finally(tidy));
  ends("finally/tidy", not_done());
  goes_on("finally", state::RunStatus::waiting);
}

}  // namespace
}  // namespace rung::engine::testing
