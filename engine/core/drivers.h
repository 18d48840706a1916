#pragma once

#include "engine/core/state.h"

namespace rung::engine {

// The fold of which engine drives a run, and on which machine.
void note_claim(RunState& run, const state::RunClaimed& claim);
// corrupt where no engine drives it.
Result<void> note_release(RunState& run, TimePoint at);

}  // namespace rung::engine
