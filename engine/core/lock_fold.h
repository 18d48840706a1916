#pragma once

#include "engine/core/state.h"

namespace rung::engine {

// What the events of locks do to a run, or to the group of the event's step.
// corrupt: asked for twice, taken or freed without being asked for, no such group.
Result<void> note_asked(const StepTree& tree, RunState& run, const state::Event& event,
                        const state::LocksAsked& asked);
Result<void> note_taken(const StepTree& tree, RunState& run, const state::Event& event);
Result<void> note_freed(const StepTree& tree, RunState& run, const state::Event& event);

}  // namespace rung::engine
