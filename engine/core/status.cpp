#include "engine/core/state.h"
#include "state/lock.h"

#include <algorithm>

namespace rung::engine {
namespace {

using state::RunStatus;

bool is_open(const StepState& step) {
  return step.status == StepStatus::running && step.phase == AttemptPhase::none;
}

std::string names_of(const std::vector<state::LockRow>& locks) {
  std::string text;
  for (const state::LockRow& lock : locks) text += (text.empty() ? "" : ", ") + lock.name;
  return text;
}

std::string group_locks_text(const StepTree& tree, const RunState& run) {
  for (const auto& [group, locks] : run.group_locks) {
    if (locks.taken_at) continue;
    return "lock " + names_of(state::rows_of(run.id, locks.asked_at, locks.asked)) + " of " +
           tree.address(group);
  }
  return "";
}

std::string waiting_reason(const Graph& graph, const RunState& run) {
  const StepTree tree(graph, run.loops);
  for (const NodeIndex i : run.active) {
    const StepState& state = run.at(i);
    const runbooks::Step& step = tree.step(i);
    const std::string address = tree.address(i);
    if (state.status == StepStatus::backing_off) return "retries " + address;
    if (!is_open(state)) continue;
    switch (step.kind) {
      case StepKind::approve: return "approval of " + address;
      case StepKind::manual: return "manual step " + address;
      case StepKind::decide: return "decision " + address;
      case StepKind::wait:
        if (step.watch) return "condition of " + address;
        return step.wait.signal.empty() ? "timer of " + address
                                        : "signal " + step.wait.signal + " at " + address;
      case StepKind::action:
      case StepKind::set:
      case StepKind::fail:
      case StepKind::group:
      case StepKind::two_phase:
      case StepKind::participant: break;
    }
  }
  return group_locks_text(tree, run);
}

std::string doubted(const Graph& graph, const RunState& run) {
  for (const NodeIndex i : run.active) {
    if (run.at(i).status == StepStatus::in_doubt)
      return StepTree(graph, run.loops).address(i) + " is in doubt";
  }
  return "";
}

std::string locks_text(const RunState& run) {
  return "lock " + names_of(state::rows_of(run.id, run.locks_asked_at, *run.locks));
}

std::string reason_of(const Graph& graph, const RunState& run, RunStatus status) {
  switch (status) {
    case RunStatus::in_doubt: return doubted(graph, run);
    case RunStatus::stuck: return run.stuck_at + " failed";
    case RunStatus::waiting: return waiting_reason(graph, run);
    case RunStatus::paused: return run.paused->detail;
    case RunStatus::succeeded:
    case RunStatus::failed:
    case RunStatus::undone:
    case RunStatus::cancelled: return run.finished->reason;
    case RunStatus::undoing: return run.ending ? run.ending->reason : "";
    case RunStatus::queued: return awaits_locks(run) ? locks_text(run) : "";
    case RunStatus::running: return run.ending ? run.ending->reason : "";
  }
  return "";
}

NextDue next_of(const Due& due) {
  NextDue next;
  (due.boot > Duration::zero() ? next.by_boot : next.by_utc) = due;
  return next;
}

}  // namespace

std::string run_name(const RunState& state) {
  return state.created->runbook + "-" + std::to_string(state.id.number);
}

RunStatus status_of(const RunState& run) {
  if (run.finished) return run.finished->status;
  if (!run.claim) return RunStatus::queued;
  if (awaits_locks(run) && !run.paused) return RunStatus::queued;
  const bool is_undoing = run.phase == RunPhase::undoing;
  // Whoever starts next must look after what is in flight, so that comes before every pause.
  if (run.in_flight > 0) return is_undoing ? RunStatus::undoing : RunStatus::running;
  if (!run.stuck_at.empty()) return RunStatus::stuck;
  if (run.in_doubt > 0) return RunStatus::in_doubt;
  if (run.paused) return RunStatus::paused;
  if (!run.active.empty() && !is_undoing) return RunStatus::waiting;
  if (awaits_group_locks(run)) return RunStatus::waiting;
  return is_undoing ? RunStatus::undoing : RunStatus::running;
}

state::RunSummary summary_of(const Graph& graph, const RunState& run) {
  state::RunSummary row;
  row.run = run.id;
  row.runbook = run.created->runbook;
  row.plan = run.created->plan;
  row.status = status_of(run);
  row.reason = reason_of(graph, run, row.status);
  row.who = run.created->who;
  row.created_at = run.created_at;
  if (run.finished)
    row.finished_at = run.finished_at;
  else if (!run.watches.empty() || (awaits_group_locks(run) && !run.paused))
    row.wake_at = run.created_at;  // a wait that looks, or for a lock, is looked after at once by
                                   // whoever takes over
  else if (const NextDue due = next_due(run); !due.is_empty())
    row.wake_at = due.utc();
  return row;
}

NextDue next_due(const RunState& run) {
  NextDue next = earlier(run.waits.next(), run.reminders.next());
  if (may_start(run)) next = earlier(next, run.delays.next());
  for (const auto& [i, watch] : run.watches) {
    if (watch.now.asked == 0 && watch.now.next) next = earlier(next, next_of(*watch.now.next));
  }
  return run.limit ? earlier(next, {std::nullopt, run.limit}) : next;
}

std::optional<Due> step_limit(const runbooks::Step& step, const StepState& state) {
  if (step.step_timeout <= Duration::zero() || !state.first_started_at) return std::nullopt;
  const bool same_boot = state.first_started_boot > Duration::zero();
  const Instant due =
      Instant{*state.first_started_at, state.first_started_boot} + step.step_timeout;
  return Due{due.utc, same_boot ? due.boot : Duration{}};
}

bool awaits_locks(const RunState& run) {
  return run.locks && !run.locks_taken_at;
}

bool awaits_group_locks(const RunState& run) {
  return std::any_of(run.group_locks.begin(), run.group_locks.end(),
                     [](const auto& entry) { return !entry.second.taken_at; });
}

bool is_held_back(const StepTree& tree, const RunState& run, NodeIndex i) {
  for (std::optional<NodeIndex> up = i; up; up = tree.parent(*up)) {
    if (tree.is_finally(*up)) return false;
    if (run.at(*up).is_doomed) return true;
  }
  return run.phase == RunPhase::finalizing;
}

bool may_start(const RunState& run) {
  if (awaits_locks(run)) return false;
  if (run.paused || !run.stuck_at.empty()) return false;
  switch (run.phase) {
    case RunPhase::created:
    case RunPhase::finished: return false;
    case RunPhase::steps: return !run.ending && !run.failed_by && run.in_doubt == 0;
    case RunPhase::finalizing: return run.in_doubt == 0;
    case RunPhase::undoing: break;
  }
  // A doubt of before is what is being undone; a doubt about an undo stops the undo.
  return run.undos_in_doubt == 0;
}

Uuid key_of(const RunState& state, const std::string& address, std::int64_t generation) {
  const std::string tail =
      "/" + std::to_string(state.id.number) + "/" + address + "/" + std::to_string(generation);
  return uuid_from(sha256({state.created->store, tail}));
}

std::string transaction_prefix(const std::string& store) {
  std::string name = "rung:";
  for (const char c : store) {
    if (c != '-') name += c;
  }
  return name + ":";
}

std::string transaction_name(const RunState& state, const std::string& address,
                             std::int64_t generation) {
  constexpr std::size_t kPart = 13;  // two groups of a UUID and the sign between them
  std::string part = to_string(key_of(state, address, generation)).substr(0, kPart);
  std::erase(part, '-');
  return transaction_prefix(state.created->store) + std::to_string(state.id.number) + ":" + part;
}

}  // namespace rung::engine
