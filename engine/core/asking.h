#pragma once

#include "engine/core/state.h"

namespace rung::engine {

// What the fold keeps of those who wait for people: since when, and when that is said next.

// When it is said again, after a reminder was recorded.
void ask_again(const Graph& graph, RunState& run, NodeIndex i, Asking& asking);

// After an event at that time, which changed this step or none.
void note_asking(const Graph& graph, RunState& run, const std::optional<NodeIndex>& changed,
                 TimePoint at);

}  // namespace rung::engine
