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

struct Tally {
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
    Simulation simulation(random_plan(random), options, *evaluator);
    const Simulation::Result result = simulation.run_to_end();
    ASSERT_THAT(result.broken, IsEmpty())
        << "replay: RUNG_SIMULATION_FIRST=" << seed << " RUNG_SIMULATION_SEEDS=1\n"
        << story(result.events);
    tally.crashes += result.crashes;
    tally.moves += result.moves;
    tally.ends[result.status] += 1;
  }
  print(tally, seeds());
}

}  // namespace
}  // namespace rung::engine::testing
