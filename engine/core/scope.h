#pragma once

#include "engine/core/state.h"
#include "scripting/evaluator.h"

#include <optional>
#include <string>

namespace rung::engine {

// What an expression of a step sees of its run. Borrows everything; lives as long as one call.
class RunScope final : public scripting::Scope {
 public:
  RunScope(const Graph& graph, const RunState& run) : graph_(graph), run_(run) {}

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

  const Graph& graph_;
  const RunState& run_;
  Value::Map own_;
};

// `steps.<id>` for expressions and for -o json: the engine's own members with the outputs beside
// them.
Value step_facts(const runbooks::Step& step, const StepState& state);
Value error_facts(const ActionError& error, AttemptPhase phase);

}  // namespace rung::engine
