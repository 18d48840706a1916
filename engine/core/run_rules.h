#pragma once

#include "engine/core/draft.h"

namespace rung::engine {

// What the run as a whole does next.

// Everything that follows by itself from where the run stands: groups that ended, the policy for a
// failure, the next steps, the undo, `finally`, the end. Emits nothing where the context holds.
void advance(Draft& draft);

// No ordinary step starts any more. What waits is closed, what runs is drained or cancelled; what
// the ending asks for (undo, `finally`) follows when all attempts have an outcome.
void begin_ending(Draft& draft, state::RunEnding ending, CancelRunning running);

// One move of what is looked at beside the steps: opens it, or closes it where the point of no
// return is behind or the steps are over. False: there was none to make.
bool tend_guards(Draft& draft);
// A guard holds: the run ends as its policy for failures says, and never pauses.
void abort_run(Draft& draft, NodeIndex i, const Value::Map& seen);

// Closes the waiting and cancels the running steps of a group.
void cancel_running_under(Draft& draft, NodeIndex group);

// Retries and waits whose time has come.
void wake_due(Draft& draft);

// Begins the looks of waits whose time has come; an engine that has just taken over begins all.
void look_around(Draft& draft);

// The undo steps that undoing the run now would take, first to last; and what has no undo.
struct UndoPlan {
  std::vector<NodeIndex> undo;
  std::vector<NodeIndex> left_as_is;  // they acted and have no undo, nor `undo: none`
};
UndoPlan plan_undo(const Graph& graph, const RunState& run);

}  // namespace rung::engine
