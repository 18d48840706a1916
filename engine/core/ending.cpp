#include "engine/core/giving_up.h"
#include "engine/core/resolve.h"
#include "engine/core/run_rules.h"
#include "engine/core/step_rules.h"
#include "engine/core/two_phase.h"

namespace rung::engine {
namespace {

void close(Draft& draft, NodeIndex i, CancelRunning running) {
  const StepState& state = draft.at(i);
  if (draft.step(i).kind == StepKind::participant) return;  // its transaction decides over it
  if (draft.step(i).kind == StepKind::two_phase)
    return abort_two_phase(draft, i, {ErrorClass::refused, "ended with the run, undecided"});
  const bool is_open = state.status == StepStatus::running && state.phase == AttemptPhase::none;
  if (is_open) {
    stop_looking(draft, i);
    draft.emit(
        i, state::StepFailed{{ErrorClass::refused, "ended with the run, nobody answered"}, false});
  } else if (state.status == StepStatus::backing_off && is_untold(state)) {
    draft.emit(i, state::StepInDoubt{state.error->message});
  } else if (state.status == StepStatus::backing_off) {
    draft.emit(i, state::StepFailed{*state.error, draft.step(i).tolerate.has_value()});
  } else if (state.phase == AttemptPhase::in_flight && running == CancelRunning::kill) {
    draft.perform(CancelAttempt{i, false});
  }
}

}  // namespace

void begin_ending(Draft& draft, state::RunEnding ending, CancelRunning running) {
  const auto& before = draft.state().ending;
  ending.kill = running == CancelRunning::kill || (before && before->kill);
  draft.emit(std::move(ending));
  const std::set<NodeIndex> active = draft.state().active;
  for (const NodeIndex i : active) {
    if (!draft.tree().is_cleanup(i)) close(draft, i, running);
  }
}

void cancel_running_under(Draft& draft, NodeIndex group) {
  const std::set<NodeIndex> active = draft.state().active;
  for (const NodeIndex i : active) {
    // An undo stands beside what it undoes, and is no sibling.
    const bool is_sibling = !draft.step(i).undoes && draft.tree().is_in_body(i, group);
    if (is_sibling) close(draft, i, CancelRunning::kill);
  }
}

}  // namespace rung::engine
