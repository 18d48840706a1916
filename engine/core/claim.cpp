#include "engine/core/commands.h"
#include "engine/core/giving_up.h"
#include "engine/core/reminders.h"
#include "engine/core/run_rules.h"

namespace rung::engine {
namespace {

// Somebody asked for its end, and the engine that was asked may have died before it passed that on.
bool is_unwanted(const Draft& draft, NodeIndex i) {
  const auto& ending = draft.state().ending;
  const bool is_killed = ending && ending->kill && is_ordinary(draft, i);
  return is_killed || is_ended_by_a_sibling(draft, i);
}

// What was decided is told once more, by the same try; what was not is presumed to be aborted.
void recover_participant(Draft& draft, NodeIndex i) {
  if (draft.at(i).phase != AttemptPhase::in_flight) return;
  if (draft.state().ballots.at(i).turn == state::Turn::work)
    draft.perform(RecoverAttempt{i});
  else
    draft.perform(StartAttempt{i});
}

}  // namespace

void carry_out(Draft& draft, const Claim& command) {
  draft.emit(state::RunClaimed{command.epoch.number, command.host, command.pid, command.who,
                               command.rung});
  for (const NodeIndex i : draft.state().active) {
    const StepState& step = draft.at(i);
    if (step.status != StepStatus::running) continue;
    if (draft.step(i).kind == StepKind::participant) {
      recover_participant(draft, i);
      continue;
    }
    if (step.phase == AttemptPhase::in_flight) {
      draft.perform(RecoverAttempt{i});
      if (is_unwanted(draft, i)) draft.perform(CancelAttempt{i, false});
    }
    if (step.phase == AttemptPhase::unknown) draft.perform(ProbeAttempt{i, true});
  }
  wake_due(draft);
  remind_due(draft);
}

void carry_out(Draft& draft, const Release& command) {
  draft.emit(state::RunReleased{command.epoch.number, command.why});
}

void carry_out(Draft& draft, const PassTime&) {
  wake_due(draft);
  remind_due(draft);
}

void carry_out(Draft&, const Go&) {}

}  // namespace rung::engine
