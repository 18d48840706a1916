#include "engine/core/reminders.h"

#include "engine/core/run_rules.h"

#include <algorithm>

namespace rung::engine {
namespace {

struct Rules {
  Duration every{};
  Duration escalate_after{};
  Duration limit{};  // of a pause
};

}  // namespace

bool may_end_by_itself(const RunState& run) {
  if (!run.paused || run.phase != RunPhase::steps || run.ending) return false;
  switch (run.paused->reason) {
    case state::PauseReason::failure:
    case state::PauseReason::rejected:
    case state::PauseReason::timeout: return true;
    case state::PauseReason::operator_:
    case state::PauseReason::changed: break;  // a person must look, however long that takes
  }
  return false;
}

namespace {

Rules rules_of(const Graph& graph, const RunState& run, NodeIndex i) {
  const runbooks::PauseSpec& pause = graph.plan().pause;
  if (i == node_of(graph.plan().root))
    return {pause.remind, {}, may_end_by_itself(run) ? pause.limit : Duration::zero()};
  const runbooks::Step& step = StepTree(graph, run.loops).step(i);
  const runbooks::Reminding& reminding = step.reminding;
  const bool asks = step.kind != StepKind::action;
  return {asks ? reminding.every : pause.remind, reminding.escalate_after, {}};
}

void end_pause(Draft& draft) {
  const runbooks::PauseSpec& pause = draft.graph().plan().pause;
  state::RunEnding ending;
  ending.step = draft.state().paused->step;
  ending.reason = "paused for " + to_string(pause.limit) + ": " + draft.state().paused->detail;
  switch (pause.then) {
    case runbooks::AfterPause::fail: ending.ending = state::Ending::fail; break;
    case runbooks::AfterPause::cancel: ending.ending = state::Ending::cancel; break;
    case runbooks::AfterPause::undo_run:
      ending.ending = draft.state().no_return ? state::Ending::fail : state::Ending::undo;
      break;
  }
  begin_ending(draft, std::move(ending), CancelRunning::drain);
}

void remind(Draft& draft, NodeIndex i) {
  const Asking asking = draft.state().asking.at(i);
  const Rules rules = rules_of(draft.graph(), draft.state(), i);
  const Duration waited = draft.now() - asking.since;
  if (rules.limit > Duration::zero() && waited >= rules.limit) return end_pause(draft);
  state::Reminded reminded;
  reminded.count = asking.reminders;
  if (rules.every > Duration::zero())
    reminded.count =
        std::clamp<std::int64_t>(waited / rules.every, asking.reminders, kMostReminders);
  const bool escalates = !asking.is_escalated && rules.escalate_after > Duration::zero() &&
                         waited >= rules.escalate_after;
  if (escalates) reminded.to = draft.step(i).reminding.escalate_to;
  if (reminded.count == asking.reminders && !escalates) return;
  if (i == node_of(draft.graph().plan().root))
    draft.emit(std::move(reminded));
  else
    draft.emit(i, std::move(reminded));
}

}  // namespace

std::optional<Due> next_of(const Graph& graph, const RunState& run, NodeIndex i,
                           const Asking& asking) {
  const Rules rules = rules_of(graph, run, i);
  std::optional<TimePoint> next;
  const auto at = [&](Duration after) {
    const TimePoint time = asking.since + after;
    next = next ? std::min(*next, time) : time;
  };
  if (rules.every > Duration::zero() && asking.reminders < kMostReminders)
    at(rules.every * (asking.reminders + 1));
  if (rules.escalate_after > Duration::zero() && !asking.is_escalated) at(rules.escalate_after);
  if (rules.limit > Duration::zero()) at(rules.limit);
  return next ? std::optional(Due{*next, Duration{}}) : std::nullopt;
}

bool changes_by_time(const Graph& graph, const RunState& run) {
  if (!run.waits.next().is_empty() || (may_start(run) && !run.delays.next().is_empty()))
    return true;
  return std::any_of(run.asking.begin(), run.asking.end(), [&](const auto& one) {
    const Rules rules = rules_of(graph, run, one.first);
    const bool escalates = rules.escalate_after > Duration::zero() && !one.second.is_escalated;
    return escalates || rules.limit > Duration::zero();
  });
}

void remind_due(Draft& draft) {
  std::set<NodeIndex> due;
  draft.state().reminders.collect(draft.context().now, due);
  for (const NodeIndex i : due) {
    if (draft.state().asking.contains(i)) remind(draft, i);
  }
}

}  // namespace rung::engine
