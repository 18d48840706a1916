#pragma once

#include "engine/core/state.h"

namespace rung::engine {

// What the fold keeps of two_phase steps beside their status: which of them can be decided, and
// which participants are to be told. Of a decided one nothing but the decision counts.

// An attempt of the participant began.
void note_turn(RunState& run, NodeIndex participant, state::Turn turn);
// It can do either now; it has ended.
void note_prepared(const StepTree& tree, RunState& run, NodeIndex participant,
                   const state::ParticipantPrepared& prepared);
void note_settled(const StepTree& tree, RunState& run, NodeIndex participant,
                  const state::ParticipantSettled& settled);
// After an event of the participant, which is not in flight now.
void note_vote(const StepTree& tree, RunState& run, NodeIndex participant);

// Those that are not in flight are to be told at once, the others when their attempt has ended.
void note_decision(const StepTree& tree, RunState& run, NodeIndex two_phase,
                   const state::TwoPhaseDecided& decision);

// All is as before the step began, but for the number of tries: names are never used again.
void forget_poll(const StepTree& tree, RunState& run, NodeIndex two_phase);

}  // namespace rung::engine
