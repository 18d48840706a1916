#pragma once

#include "engine/engine.h"
#include "runbooks/test_file.h"
#include "service/rehearsal/virtual_people.h"
#include "service/rehearsal/virtual_world.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rung::service {

// What the cases of one runbook share; all of it outlives them.
struct Stage {
  std::shared_ptr<const runbooks::Plan> plan;
  std::shared_ptr<const engine::Graph> graph;
  const actions::Registry* registry = nullptr;
  scripting::Evaluator* evaluator = nullptr;
};

// Something that is not as the test says, at its place in the test's file.
struct Difference {
  Position at;
  std::string what;      // "outputs.greeting", or a sentence
  std::string expected;  // "" where `what` says all
  std::string got;
  std::string fix;  // "" for none
};

// What became of the run of one case, as its journal has it.
struct Rehearsed {
  std::string refusal;  // no run was created
  std::vector<state::Event> events;
  std::optional<engine::RunState> run;
  std::map<std::string, std::vector<Value::Map>> received;
  std::size_t crashes = 0;
  bool is_cut_short = false;         // a stub is missing: the rest would only follow from that
  std::vector<Difference> findings;  // that need no expectation: a missing stub, a refused act, ...
};

// Runs one case: the real engine on a store in memory, with time, world and people of the case.
// Deterministic: ids and random numbers are the same each time. Bounded in moves and virtual time.
Rehearsed rehearse(const runbooks::TestCase& test, const Stage& stage);

}  // namespace rung::service
