#pragma once

#include "engine/core/draft.h"

namespace rung::engine {

// A transaction over several participants. Prepare on all, one decision, then commit or rollback on
// all: an event of the decision stands in the journal before any participant is told.

// Opens it: its participants begin to prepare at once, and have `prepare_within` for it.
void open_two_phase(Draft& draft, NodeIndex i);

// An attempt of a participant has ended, whatever it was for.
void finish_participant(Draft& draft, NodeIndex i, const Outcome& outcome);

// Rolls it back, unless it was decided before: then what was decided is carried out.
void abort_two_phase(Draft& draft, NodeIndex i, ActionError why);

// One move that follows by itself; true where something happened. A pause of the run does not stop
// it: what is prepared keeps others waiting.
bool decide_two_phase(Draft& draft);
bool settle_participant(Draft& draft);

// Tells the participant once more.
void tell_again(Draft& draft, NodeIndex i);

// All participants are settled. Where they are not alike, or a person had to say what became of
// one, the run ends as failed with the reason `mixed`.
void end_two_phase(Draft& draft, NodeIndex i);

}  // namespace rung::engine
