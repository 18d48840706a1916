#pragma once

#include "engine/core/state.h"
#include "scripting/evaluator.h"

#include <optional>
#include <string>

namespace rung::engine {

// What an expression of a step sees of its run. Borrows everything; lives as long as one call.
class RunScope final : public scripting::Scope {
 public:
  // Without a node: what the run as a whole sees.
  RunScope(const Graph& graph, const RunState& run, std::optional<NodeIndex> node = std::nullopt)
      : graph_(graph), tree_(graph, run.loops), run_(run), node_(node) {}

  // Names of its own come first: `self`, or a step's outputs by bare name in `expect`.
  void add(std::string name, Value value) {
    own_.insert_or_assign(std::move(name), std::move(value));
  }
  void add_all(const Value::Map& values);
  void give_secrets(Value all) { add("secrets", std::move(all)); }

  std::optional<Value> name(std::string_view name) const override;
  std::optional<Value> step(std::string_view id) const override;

 private:
  Value run_facts() const;
  std::optional<Value> item(std::string_view name) const;
  const state::ChildOpened* child() const;

  const Graph& graph_;
  StepTree tree_;
  const RunState& run_;
  std::optional<NodeIndex> node_;
  Value::Map own_;
};

// `steps.<id>`: the engine's own members with the outputs beside them; of a loop that is open also
// `results`, `by_key` and how many items `succeeded`, `failed` and were `skipped`.
Value step_facts(const StepTree& tree, const RunState& run, NodeIndex i);
// Of `run`: `failed` and `reason`.
Value::Map ending_facts(const std::optional<state::RunEnding>& ending);
Value error_facts(const ActionError& error, AttemptPhase phase);

}  // namespace rung::engine
