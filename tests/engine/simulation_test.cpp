#include "tests/engine/simulation.h"
#include "scripting/lua_evaluator.h"
#include "state/codec.h"
#include "tests/engine/random_plan.h"

#include <gmock/gmock.h>

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

namespace rung::engine::testing {
namespace {

using ::testing::IsEmpty;

std::uint64_t seeds() {
  const char* given = std::getenv("RUNG_SIMULATION_SEEDS");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 2'000;
}
std::uint64_t first_seed() {
  const char* given = std::getenv("RUNG_SIMULATION_FIRST");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
}

// A broken invariant of the engine aborts: say which seed it was.
std::uint64_t current_seed = 0;
void say_seed(int) {
  char line[96];
  const int n = std::snprintf(line, sizeof line,
                              "aborted at RUNG_SIMULATION_FIRST=%llu RUNG_SIMULATION_SEEDS=1\n",
                              static_cast<unsigned long long>(current_seed));
  static_cast<void>(!write(STDERR_FILENO, line, static_cast<std::size_t>(n)));
  std::signal(SIGABRT, SIG_DFL);
}

struct ChangeOf {
  std::optional<StepChange> operator()(const state::StepStarted&) const {
    return StepChange::started;
  }
  std::optional<StepChange> operator()(const state::StepOpened&) const {
    return StepChange::opened;
  }
  std::optional<StepChange> operator()(const state::LoopOpened&) const {
    return StepChange::opened;
  }
  std::optional<StepChange> operator()(const state::ChildOpened&) const {
    return StepChange::opened;
  }
  std::optional<StepChange> operator()(const state::StepLooked&) const {
    return StepChange::looked;
  }
  std::optional<StepChange> operator()(const state::ScriptCalled&) const { return std::nullopt; }
  std::optional<StepChange> operator()(const state::ScriptNoted&) const { return std::nullopt; }
  std::optional<StepChange> operator()(const state::Voted&) const { return StepChange::voted; }
  std::optional<StepChange> operator()(const state::StepSucceeded&) const {
    return StepChange::succeeded;
  }
  std::optional<StepChange> operator()(const state::AttemptEnded&) const {
    return StepChange::attempt_ended;
  }
  std::optional<StepChange> operator()(const state::RetryScheduled&) const {
    return StepChange::retry_scheduled;
  }
  std::optional<StepChange> operator()(const state::StepInDoubt&) const {
    return StepChange::doubted;
  }
  std::optional<StepChange> operator()(const state::StepFailed&) const {
    return StepChange::failed;
  }
  std::optional<StepChange> operator()(const state::StepSkipped&) const {
    return StepChange::skipped;
  }
  std::optional<StepChange> operator()(const state::StepReset&) const { return StepChange::reset; }
  std::optional<StepChange> operator()(const state::ApprovalVoided&) const {
    return StepChange::voided;
  }
  std::optional<StepChange> operator()(const state::StepCorrected&) const {
    return StepChange::corrected;
  }
  std::optional<StepChange> operator()(const state::StepUndone&) const {
    return StepChange::undone;
  }
  std::optional<StepChange> operator()(const state::TwoPhaseDecided&) const {
    return StepChange::decided;
  }
  std::optional<StepChange> operator()(const state::ParticipantPrepared&) const {
    return StepChange::prepared;
  }
  std::optional<StepChange> operator()(const state::ParticipantSettled& e) const {
    return e.committed ? StepChange::committed : StepChange::rolled_back;
  }
  template <class OfTheRun>
  std::optional<StepChange> operator()(const OfTheRun&) const {
    return std::nullopt;
  }
};

using Rows = std::set<std::pair<StepStatus, StepChange>>;

// The rows of the transition table that this journal took.
void collect_rows(const Graph& graph, const std::vector<state::Event>& events, Rows& rows) {
  RunState run;
  run.id = RunId{1};
  for (const state::Event& event : events) {
    const auto change = std::visit(ChangeOf{}, event.payload);
    if (change) rows.emplace(run.at(*StepTree(graph, run.loops).find(event.step)).status, *change);
    ASSERT_TRUE(apply_in_place(graph, run, event).has_value());
  }
}

struct Tally {
  Rows rows;
  std::size_t crashes = 0;
  std::size_t moves = 0;
  std::map<state::RunStatus, std::size_t> ends;
};

std::string story(const std::vector<state::Event>& events) {
  std::string text;
  for (const state::Event& event : events) {
    const auto encoded = state::encode(event);
    text += "  " + to_string(event.at) + " " + std::string(state::name_of(event.payload)) + " " +
            event.step + " " + encoded.payload + "\n";
  }
  return text;
}

void print(const Tally& tally, std::uint64_t count) {
  std::cout << "simulated " << count << " seeds, " << tally.crashes << " crashes, " << tally.moves
            << " moves; ends:";
  for (const auto& [status, n] : tally.ends) std::cout << " " << state::name_of(status) << "=" << n;
  std::cout << "\n";
}

TEST(Simulation, EveryRandomRunEndsWithEachEffectAtMostOnce) {
  const auto evaluator = scripting::make_lua_evaluator();
  std::signal(SIGABRT, say_seed);
  Tally tally;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + seeds(); ++seed) {
    current_seed = seed;
    SeededRandom random(seed);
    Simulation::Options options;
    options.seed = seed;
    const Plan plan = random_plan(random);
    Simulation simulation(plan, options, *evaluator);
    const Simulation::Result result = simulation.run_to_end();
    ASSERT_THAT(result.broken, IsEmpty())
        << "replay: RUNG_SIMULATION_FIRST=" << seed << " RUNG_SIMULATION_SEEDS=1\n"
        << story(result.events);
    tally.crashes += result.crashes;
    tally.moves += result.moves;
    tally.ends[result.status] += 1;
    if (tally.rows.size() < kStepTransitions.size())
      collect_rows(Graph(plan), result.events, tally.rows);
  }
  print(tally, seeds());
  if (seeds() < 1'000) return;  // a replay of one seed
  for (const Transition& row : kStepTransitions) {
    // Only `doctor --restored` doubts a delay: restored_store_test.cpp.
    if (row.from == StepStatus::backing_off && row.on == StepChange::doubted) continue;
    EXPECT_TRUE(tally.rows.contains({row.from, row.on}))
        << "no run took " << name_of(row.from) << " on " << name_of(row.on);
  }
}

TEST(Simulation, OneRunRecoversFromACrashAtEveryMove) {
  const auto evaluator = scripting::make_lua_evaluator();
  const auto plan = [] {
    PlanBuilder builder;
    builder.step(
        parallel("both", {effect("a", EffectClass::once).undo(), effect("b", EffectClass::keyed)}));
    builder.step(effect("c", EffectClass::probe))
        .step(approve("ok"))
        .step(wait_for("nap", std::chrono::seconds(3)));
    builder.step(two_phase("money", {"ledger", "stock"}));
    builder.step(effect("d", EffectClass::idempotent)).finally(effect("e", EffectClass::once));
    return builder.plan();
  };
  std::size_t crashes = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (std::size_t move = 1;; ++move) {
      Simulation::Options options;
      options.seed = seed;
      options.crash_at_move = move;
      Simulation simulation(plan(), options, *evaluator);
      const Simulation::Result result = simulation.run_to_end();
      ASSERT_THAT(result.broken, IsEmpty()) << "seed " << seed << ", crash at move " << move << "\n"
                                            << story(result.events);
      if (result.crashes == 0) break;
      crashes += 1;
    }
  }
  std::cout << "crashed at every one of " << crashes << " moves\n";
}

}  // namespace
}  // namespace rung::engine::testing
