#pragma once

#include "engine/core/attempt.h"
#include "engine/executor.h"
#include "engine/secrets.h"

namespace rung::engine {

// The latest attempt of a step as the executor needs it: what the intent recorded, the plan's
// constants, its connection, and the secrets as they are now. The error is the attempt's: it never
// began.
Result<Attempt> build_attempt(const Graph& graph, const RunState& run, NodeIndex i, Instant now,
                              scripting::Evaluator& evaluator, Secrets& secrets);

// The same without what it takes in: enough to see how a command ends that runs already.
Attempt attempt_without_inputs(const Graph& graph, const RunState& run, NodeIndex i, Instant now);

// The step's own probe, resolved: its inputs, and the connection that it looks through.
struct BuiltProbe {
  Value::Map with;
  std::optional<Target> target;
  std::vector<std::string> secrets;  // that both were made of
};
Result<BuiltProbe> build_probe(const Graph& graph, const RunState& run, NodeIndex i,
                               scripting::Evaluator& evaluator, Secrets& secrets);

// A connection of the plan with its secrets as they are now, for a look at what is there.
Result<Target> build_connection(const Graph& graph, const std::string& name,
                                scripting::Evaluator& evaluator, Secrets& secrets);

AttemptId attempt_id(const Graph& graph, const RunState& run, NodeIndex i);

}  // namespace rung::engine
