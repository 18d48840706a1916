#pragma once

#include "engine/core/decide.h"

namespace rung::engine {

// The locks that the plan asks for, as names: evaluated once, at the creation of the run, whose
// inputs and vars `state` holds. Empty where it asks for none.
// invalid: a name that is none (empty, too long, of several lines, a secret).
Result<std::optional<state::LocksAsked>> asked_locks(const RunState& state, const Context& context);

}  // namespace rung::engine
