#pragma once

#include "engine/core/draft.h"

namespace rung::engine {

// When a step is not tried again, and what that leaves open.

// One of the run's own steps: neither an undo nor in `finally`, which go on while a run ends.
bool is_ordinary(const Draft& draft, NodeIndex i);

// A sibling failed in a group that cancels the others then.
bool is_ended_by_a_sibling(const Draft& draft, NodeIndex i);

// Nobody wants another try: the run ends without it, or a sibling's failure ended it.
bool is_given_up(const Draft& draft, NodeIndex i);

// A try under the key of the next one was never told: without a next one only a person can say
// what it did.
bool is_untold(const StepState& state);

}  // namespace rung::engine
