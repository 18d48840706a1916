#pragma once

#include "engine/core/command.h"
#include "engine/engine.h"
#include "state/store.h"

#include <variant>

namespace rung::engine {

// Commands as rows: what a client writes is what the owner decides. The kinds are the command
// line's verbs:
//   start    {plan: JSON text, inputs, mode, dedupe, break_glass}
//   freeze   {runbook, until}     unfreeze {runbook}
//   approve reject done retry skip resolve {step, outputs, as}
//   retry    also {with}
//   decide   {step, option}
//   signal   {name, payload}      note {text}      cancel {kill}
//   approve reject also {plan}    hand {to, to_groups}
//   pause resume undo take        (no arguments)
// All take `say`, and `groups`, the sender's OS groups.
state::Command encode_start(const StartRequest& request, CommandId id, TimePoint at);
state::Command encode_freeze(const FreezeRequest& request, CommandId id, TimePoint at);
state::Command encode(RunId run, const Command& command, CommandId id, TimePoint at);

using Request = std::variant<StartRequest, FreezeRequest, Command>;
// What the sender of a row reads in it.
state::CommandResult answer_row(const CommandId& id, const Reply& reply);
// invalid: an unknown kind or argument, a plan that cannot be read.
Result<Request> decode(const state::Command& row);

}  // namespace rung::engine
