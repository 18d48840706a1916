#pragma once

#include "engine/core/decide.h"

namespace rung::engine {

// The locks that the plan asks for, as names: evaluated once, at the creation of the run, whose
// inputs and vars `state` holds. Empty where it asks for none.
// invalid: a name that is none (empty, too long, of several lines, a secret).
Result<std::optional<state::LocksAsked>> asked_locks(const RunState& state, const Context& context);

// Those of a group, whatever is held around it: computed from what the run was created with, so
// that they are the same whenever they are asked for. invalid as above.
Result<state::LocksAsked> group_lock_names(const runbooks::Step& group, const RunState& run,
                                           const Context& context);

}  // namespace rung::engine
