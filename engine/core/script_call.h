#pragma once

#include "engine/core/draft.h"
#include "scripting/script.h"

namespace rung::engine {

// The call as it is recorded, once all that can be known before its effect was looked at: the
// action and its inputs, the connection, the secrets, its undo. invalid: what is wrong, for the
// author.
Result<state::ScriptCalled> checked_call(const Draft& draft, NodeIndex script,
                                         scripting::ScriptCall call);

}  // namespace rung::engine
