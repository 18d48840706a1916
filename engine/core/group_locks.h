#pragma once

#include "engine/core/draft.h"

namespace rung::engine {

// The locks of groups. A group takes them all at once before anything of it begins, while those
// around it are held; so whoever holds a lock waits for no name that does not come after it, and
// runs never wait for each other in a circle (docs/decisions/024).

// At the creation of the run, whose inputs and vars `fresh` holds. invalid: a name that is none, or
// one that its group could not take in the order of names; the message says what to write instead.
Result<void> check_group_locks(const RunState& fresh, const Context& context);

// Whether all groups around the step, and itself where it is one, hold their locks. Where not, the
// outermost of them has asked; or the step has failed, since its names cannot be computed.
bool has_group_locks(Draft& draft, NodeIndex i);

// The step waits for locks that a group has asked for.
bool awaits_group_locks(const StepTree& tree, const RunState& run, NodeIndex i);

// One move: locks that nothing of their group needs any more are freed, or not waited for any more.
// False: there was none to make.
bool free_group_locks(Draft& draft);

// What the group waits for would begin now if it had its locks.
bool can_take_locks(const Graph& graph, const RunState& run, NodeIndex group);

}  // namespace rung::engine
