#pragma once

#include "engine/core/draft.h"

namespace rung::engine {

// What an expression of an action sees beside its run: `self` in an undo or a probe.
Value self_of(const Graph& graph, const RunState& run, NodeIndex i);

// The effect class of this use: what the action says, made stricter or looser by what its author
// wrote (`probe:`, `in_doubt:`).
EffectClass effect_class_of(const runbooks::Step& step, const Value::Map& with,
                            const ActionFacts& facts);

// The connection that the step works on; "" where it names none. Fails where its `target` cannot be
// told, or names no connection of the plan.
Result<std::string> target_of(const Draft& draft, const runbooks::Step& step,
                              const RunScope& scope);

// "" where `expect` holds for these outputs of the step; else what to say.
std::string unmet(const Draft& draft, NodeIndex i, const runbooks::Expression& expect,
                  const Value::Map& outputs);

// When the latest attempt of `i` must have ended: its `timeout`, and never after `step_timeout`.
Instant deadline_of(const Graph& graph, const RunState& run, NodeIndex i, Instant now);

}  // namespace rung::engine
