#include "engine/core/commands.h"
#include "engine/core/run_rules.h"

namespace rung::engine {
namespace {

// Somebody asked for its end, and the engine that was asked may have died before it passed that on.
bool is_unwanted(const Draft& draft, NodeIndex i) {
  const auto& ending = draft.state().ending;
  if (ending && ending->kill && !draft.tree().undoes(i)) return true;
  for (auto up = draft.tree().parent(i); up; up = draft.tree().parent(*up)) {
    if (!draft.step(*up).cancel_others) continue;
    for (const NodeIndex child : draft.tree().children(*up)) {
      if (draft.at(child).status == StepStatus::failed && !draft.at(child).is_tolerated)
        return true;
    }
  }
  return false;
}

}  // namespace

void carry_out(Draft& draft, const Claim& command) {
  draft.emit(state::RunClaimed{command.epoch.number, command.host, command.pid, command.who,
                               command.rung});
  for (const NodeIndex i : draft.state().active) {
    const StepState& step = draft.at(i);
    if (step.status != StepStatus::running) continue;
    if (step.phase == AttemptPhase::in_flight) {
      draft.perform(RecoverAttempt{i});
      if (is_unwanted(draft, i)) draft.perform(CancelAttempt{i, false});
    }
    if (step.phase == AttemptPhase::unknown) draft.perform(ProbeAttempt{i, true});
  }
  wake_due(draft);
}

void carry_out(Draft& draft, const PassTime&) {
  wake_due(draft);
}

void carry_out(Draft&, const Go&) {}

}  // namespace rung::engine
