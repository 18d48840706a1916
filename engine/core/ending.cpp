#include "engine/core/resolve.h"
#include "engine/core/run_rules.h"
#include "engine/core/step_rules.h"

namespace rung::engine {
namespace {

void close(Draft& draft, NodeIndex i, CancelRunning running) {
  const StepState& state = draft.at(i);
  const bool is_open = state.status == StepStatus::running && state.phase == AttemptPhase::none;
  if (is_open) {
    draft.emit(
        i, state::StepFailed{{ErrorClass::refused, "ended with the run, nobody answered"}, false});
  } else if (state.status == StepStatus::backing_off) {
    draft.emit(i, state::StepFailed{*state.error, draft.step(i).tolerate.has_value()});
  } else if (state.phase == AttemptPhase::in_flight && running == CancelRunning::kill) {
    draft.perform(CancelAttempt{i, false});
  }
}

}  // namespace

void begin_ending(Draft& draft, state::RunEnding ending, CancelRunning running) {
  ending.kill = running == CancelRunning::kill;
  draft.emit(std::move(ending));
  const std::set<NodeIndex> active = draft.state().active;
  for (const NodeIndex i : active) close(draft, i, running);
}

void cancel_running_under(Draft& draft, NodeIndex group) {
  const std::set<NodeIndex> active = draft.state().active;
  for (const NodeIndex i : active) {
    if (draft.tree().is_under(i, group)) close(draft, i, CancelRunning::kill);
  }
}

}  // namespace rung::engine
