#pragma once

#include "engine/core/decide.h"

namespace rung::engine {

// Inputs of a step that a person corrected: a field of its action (`url`) or an entry of a map
// (`env.REGION`), and the value that stands there instead of what the author wrote, from the
// step's next attempt on.

// A step whose inputs are corrected.
struct CorrectedStep {
  const runbooks::Step& step;
  Value::Map so_far;             // corrections that were made before
  std::optional<Target> target;  // the connection of its latest attempt, as far as it is constant
};

// What was given, as the types of the action's specification, with the earlier ones.
// invalid: no such input, a value that it does not take, code, or the place of a secret.
Result<Value::Map> read_corrections(const CorrectedStep& of, const Value::Map& given,
                                    const ActionFacts& facts);

// The fields with these corrections in place.
runbooks::Template::Map corrected(runbooks::Template::Map fields, const Value::Map& corrections);

// The fields that a step's attempts are made from. Borrows the plan's where nothing is corrected.
class ActionFields {
 public:
  // Of the attempt that may begin now.
  static ActionFields next(const Graph& graph, const RunState& run, NodeIndex i);
  // Of the latest attempt.
  static ActionFields latest(const Graph& graph, const RunState& run, NodeIndex i);

  const runbooks::Template::Map& operator*() const { return own_ ? *own_ : *plan_; }

 private:
  ActionFields(const runbooks::Step& step, const Value::Map* corrections);

  const runbooks::Template::Map* plan_;
  std::optional<runbooks::Template::Map> own_;
};

}  // namespace rung::engine
