#include "engine/core/commands.h"
#include "engine/core/run_rules.h"

namespace rung::engine {

void carry_out(Draft& draft, const Claim& command) {
  draft.emit(state::RunClaimed{command.epoch.number, command.host, command.pid, command.who,
                               command.rung});
  for (const StepIndex i : draft.state().active) {
    const StepState& step = draft.at(i);
    if (step.status != StepStatus::running) continue;
    if (step.phase == AttemptPhase::in_flight) draft.perform(RecoverAttempt{i});
    if (step.phase == AttemptPhase::unknown) draft.perform(ProbeAttempt{i, true});
  }
  wake_due(draft);
}

void carry_out(Draft& draft, const PassTime&) {
  wake_due(draft);
}

void carry_out(Draft&, const Go&) {}

}  // namespace rung::engine
