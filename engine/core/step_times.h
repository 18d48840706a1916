#pragma once

#include "engine/core/state.h"

namespace rung::engine {

// The times of a step leave the run's agendas before it changes, and enter them anew after.
void forget_times(const StepTree& tree, RunState& run, NodeIndex i);
void note_times(const StepTree& tree, RunState& run, NodeIndex i);

// Another boot, or another machine: its CLOCK_BOOTTIME says nothing about the times of before.
void forget_boot_times(const StepTree& tree, RunState& run);

}  // namespace rung::engine
