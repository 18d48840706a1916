#include "engine/live_run.h"

namespace rung::engine {

bool is_settled(state::RunStatus status) {
  switch (status) {
    case state::RunStatus::queued:
    case state::RunStatus::running:
    case state::RunStatus::undoing: return false;
    case state::RunStatus::waiting:
    case state::RunStatus::paused:
    case state::RunStatus::in_doubt:
    case state::RunStatus::stuck:
    case state::RunStatus::succeeded:
    case state::RunStatus::failed:
    case state::RunStatus::undone:
    case state::RunStatus::cancelled: return true;
  }
  return true;
}

void add_summary(LiveRun& run, state::RunWrite& write) {
  const state::RunStatus status = status_of(run.state);
  const bool is_new = write.expected.number == 0;
  const bool was_busy = !is_settled(run.shown);
  if (!is_new && status == run.shown && was_busy && !run.state.ending) return;
  state::RunSummary summary = summary_of(*run.graph, run.state);
  const bool is_same = !is_new && status == run.shown && summary.reason == run.shown_reason &&
                       summary.wake_at == run.shown_wake;
  if (is_same) return;
  run.shown = status;
  run.shown_reason = summary.reason;
  run.shown_wake = summary.wake_at;
  write.summary = std::move(summary);
}

state::Barrier barrier_of(const RunState& run, const PendingWrite& write) {
  const bool somebody_waits =
      !write.effects.empty() || !write.replies.empty() || !write.write->consumed.empty();
  const auto& events = write.write->events;
  const bool lets_go =
      !events.empty() && std::holds_alternative<state::RunReleased>(events.back().payload);
  const bool goes_on = !is_settled(status_of(run));
  return somebody_waits || lets_go || goes_on ? state::Barrier::barrier : state::Barrier::lazy;
}

bool needs_barrier(const Effect& effect, const RunState& run) {
  if (const auto* start = std::get_if<StartAttempt>(&effect)) {
    return run.at(start->step).effect_class != EffectClass::read;
  }
  return !std::holds_alternative<Look>(effect);
}

}  // namespace rung::engine
