#pragma once

#include "engine/core/draft.h"

namespace rung::engine {

// What one step does next. Each function decides for one step and emits; none loops over a run.

// The step's turn has come: evaluates `when`, then starts, opens, sets, skips or fails it.
void begin_step(Draft& draft, NodeIndex i);

// Its items and their keys; nothing of the loop has begun before they are recorded.
void open_loop(Draft& draft, NodeIndex i);

// What the runbook that the step uses is given; its steps begin when that is recorded.
void open_child(Draft& draft, NodeIndex i);
// The script that the step is goes on: what it asks for next is recorded, or its end.
void go_on_script(Draft& draft, NodeIndex i);
// The script ends where it stands: the step()s that it is in end first.
void leave_steps_of_script(Draft& draft, NodeIndex i);

// What it gives when all its steps have ended well.
Result<Value::Map> child_outputs(const Draft& draft, NodeIndex i);

// A new attempt of an action: resolves its inputs and emits the intent.
// False: nothing began, the run is paused because a file that the step names is not what it was.
bool begin_attempt(Draft& draft, NodeIndex i);

// Opens a wait that looks.
void open_watch(Draft& draft, NodeIndex i);
// Its time is over, and it does not hold.
void end_watch(Draft& draft, NodeIndex i);
// Nobody waits for the look under way any more.
void stop_looking(Draft& draft, NodeIndex i);
// Whether the run was paused because a file that the step names is not what it was.
bool pauses_for_changed_files(Draft& draft, NodeIndex i);

// The step failed because its time is over; the run pauses where it can.
void fail_and_pause(Draft& draft, NodeIndex i, const std::string& why);

// The latest attempt did not end well: tries again, asks the target, asks a person, or fails.
enum class Seen : unsigned char { live, after_restart };
void after_bad_end(Draft& draft, NodeIndex i, Seen seen);

// An input that could not be computed, as the error of the step. `where` names its key.
ActionError invalid_input(const Error& error, std::string_view where);

// The step failed for good. `cancel_others` of its group takes effect here.
void fail_step(Draft& draft, NodeIndex i, ActionError error);

// A group whose children are over, or one that a failure ended.
void end_group(Draft& draft, NodeIndex i);

}  // namespace rung::engine
