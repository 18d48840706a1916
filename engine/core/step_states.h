#pragma once

#include "engine/core/state.h"

namespace rung::engine {

// Adds what `times` items of the plan's steps from `first` on, `size` of them, need: nothing has
// happened to any of them.
void add_step_states(const Graph& graph, RunState& run, StepIndex first, std::uint32_t size,
                     std::size_t times);

}  // namespace rung::engine
