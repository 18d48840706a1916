#pragma once

#include "engine/core/draft.h"

namespace rung::engine {

// What one step does next. Each function decides for one step and emits; none loops over a run.

// The step's turn has come: evaluates `when`, then starts, opens, sets, skips or fails it.
void begin_step(Draft& draft, StepIndex i);

// A new attempt of an action: resolves its inputs and emits the intent.
// False: nothing began, the run is paused because a file that the step names is not what it was.
bool begin_attempt(Draft& draft, StepIndex i);

// The latest attempt did not end well: tries again, asks the target, asks a person, or fails.
enum class Seen : unsigned char { live, after_restart };
void after_bad_end(Draft& draft, StepIndex i, Seen seen);

// The step failed for good. `cancel_others` of its group takes effect here.
void fail_step(Draft& draft, StepIndex i, ActionError error);

// A group whose children are over, or one that a failure ended.
void end_group(Draft& draft, StepIndex i);

}  // namespace rung::engine
