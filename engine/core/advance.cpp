#include "engine/core/group_locks.h"
#include "engine/core/resolve.h"
#include "engine/core/run_rules.h"
#include "engine/core/step_rules.h"
#include "engine/core/two_phase.h"

#include <algorithm>

namespace rung::engine {
namespace {

using state::Ending;
using state::RunStatus;

// Events of one decision; the rest follows in the next (Decision::more).
constexpr std::size_t kMaxEvents = 4096;

NodeIndex root_of(const Draft& draft) {
  return node_of(draft.graph().plan().root);
}
NodeIndex finally_of(const Draft& draft) {
  return node_of(draft.graph().plan().finally);
}

// --- the end of a run

RunStatus status_after(Ending ending) {
  switch (ending) {
    case Ending::succeed: return RunStatus::succeeded;
    case Ending::fail: return RunStatus::failed;
    case Ending::cancel: return RunStatus::cancelled;
    case Ending::undo: return RunStatus::undone;
  }
  return RunStatus::failed;
}

Result<Value::Map> run_outputs(const Draft& draft) {
  Value::Map outputs;
  for (const auto& [name, source] : draft.graph().plan().outputs) {
    auto value = resolve(source, *draft.context().evaluator, draft.scope());
    if (!value) return std::move(value).error().with_context("outputs." + name);
    outputs.emplace(name, std::move(value).value());
  }
  return outputs;
}

// The first step of `finally` that failed and was not tolerated; "" where all went well.
std::string finally_failure(const Draft& draft) {
  for (const NodeIndex i : draft.tree().children(finally_of(draft))) {
    if (draft.at(i).status == StepStatus::failed && !draft.at(i).is_tolerated)
      return draft.address(i);
  }
  return "";
}

// Groups that the ending left half way: they are over as well. Those that owe a `finally`, or hold
// one that does, wait for it.
void close_groups(Draft& draft) {
  for (std::uint32_t n = 0; n < draft.state().steps.size(); ++n) {
    const NodeIndex i{n};
    const bool is_root = i == root_of(draft) || i == finally_of(draft);
    if (is_root || draft.at(i).status != StepStatus::running) continue;
    if (draft.step(i).kind != StepKind::group) continue;
    const auto last = draft.tree().finally_of(i);
    const bool owes = last && draft.state().cleanups.contains(*last);
    if (owes || draft.at(i).active_leaves > 0 || draft.tree().is_cleanup(i)) continue;
    draft.emit(i, state::StepFailed{{ErrorClass::refused, "the run ended"},
                                    draft.step(i).tolerate.has_value()});
  }
}

void finish_run(Draft& draft) {
  close_groups(draft);
  const auto& ending = draft.state().ending;
  state::RunFinished finished;
  finished.status = status_after(ending ? ending->ending : Ending::succeed);
  finished.reason = ending ? ending->reason : "";
  const std::string broken = finally_failure(draft);
  if (finished.status == RunStatus::succeeded && !broken.empty()) {
    finished.status = RunStatus::failed;
    finished.reason = broken + " failed";
  }
  if (finished.status == RunStatus::succeeded) {
    auto outputs = run_outputs(draft);
    if (outputs) {
      finished.outputs = std::move(outputs).value();
    } else {
      finished.status = RunStatus::failed;
      finished.reason = outputs.error().message();
    }
  }
  draft.emit(std::move(finished));
}

// It never had its locks, so nothing of it has begun: there is nothing for `finally` to tidy, and
// without the locks it must not touch anything.
void end_unbegun(Draft& draft) {
  if (draft.state().ending) finish_run(draft);
}

void leave_steps(Draft& draft) {
  const bool has_finally = !draft.tree().children(finally_of(draft)).empty();
  if (!has_finally && draft.state().cleanups.empty()) return finish_run(draft);
  draft.emit(state::FinallyStarted{});
}

// --- one move of each phase; true where something happened

bool end_a_group(Draft& draft) {
  const auto& ended = draft.state().ended_groups;
  if (ended.empty()) return false;
  // Inner groups have the higher index: they end before what is around them.
  const NodeIndex i = *ended.rbegin();
  if (i == root_of(draft)) {
    if (draft.state().ending) return false;
    if (!draft.tree().children(finally_of(draft)).empty()) {
      state::RunEnding ending;
      ending.ending = Ending::succeed;
      draft.emit(std::move(ending));
    }
    leave_steps(draft);
    return true;
  }
  if (i == finally_of(draft)) {
    if (draft.state().phase != RunPhase::finalizing) return false;
    finish_run(draft);
    return true;
  }
  end_group(draft, i);
  return true;
}

// What the innermost group that says so wants; else the runbook.
runbooks::OnFailure policy_for(const Draft& draft, NodeIndex failed) {
  for (std::optional<NodeIndex> up = failed; up; up = draft.tree().parent(*up)) {
    if (draft.step(*up).on_failure) return *draft.step(*up).on_failure;
  }
  return draft.graph().plan().on_failure;
}

bool answer_failure(Draft& draft) {
  const RunState& run = draft.state();
  if (!run.failed_by || run.paused || run.ending || run.phase != RunPhase::steps) return false;
  const std::string address = draft.address(*run.failed_by);
  const auto& error = draft.at(*run.failed_by).error;
  const std::string reason = address + " failed" + (error ? ": " + error->message : "");
  switch (policy_for(draft, *run.failed_by)) {
    case runbooks::OnFailure::fail:
      begin_ending(draft, {Ending::fail, address, reason, "", "", false}, CancelRunning::drain);
      return true;
    case runbooks::OnFailure::undo_run:
      if (run.no_return) break;
      begin_ending(draft, {Ending::undo, address, reason, "", "", false}, CancelRunning::drain);
      return true;
    case runbooks::OnFailure::pause: break;
  }
  draft.emit(state::RunPaused{state::PauseReason::failure, address, reason, "", ""});
  return true;
}

bool start_ready(Draft& draft) {
  const RunState& run = draft.state();
  if (run.ready.empty() || run.phase == RunPhase::undoing || !may_start(run)) return false;
  for (const NodeIndex i : run.ready) {
    if (is_held_back(draft.tree(), run, i) || awaits_group_locks(draft.tree(), run, i)) continue;
    begin_step(draft, i);
    return true;
  }
  return false;
}

// What an ending waits for: the steps of the body, and every outcome. A `finally` that has begun
// goes on later.
bool is_busy(const Draft& draft) {
  const RunState& run = draft.state();
  if (run.in_flight > 0) return true;
  return std::any_of(run.active.begin(), run.active.end(), [&](NodeIndex i) {
    return draft.at(i).status != StepStatus::in_doubt && !draft.tree().is_cleanup(i);
  });
}

bool is_body_active(const Draft& draft) {
  const auto& active = draft.state().active;
  return std::any_of(active.begin(), active.end(),
                     [&](NodeIndex i) { return !draft.tree().is_cleanup(i); });
}

// An undo that is meant for one kind of end only: that must be known.
bool undo_awaits_an_answer(const Draft& draft) {
  const auto& doubts = draft.state().active;
  return std::any_of(doubts.begin(), doubts.end(), [&](NodeIndex i) {
    return draft.step(i).undo && draft.step(i).undo_on.size() == 1 && !draft.tree().is_cleanup(i);
  });
}

bool conclude_steps(Draft& draft) {
  const RunState& run = draft.state();
  if (!run.ending || run.phase != RunPhase::steps || is_busy(draft)) return false;
  if (run.ending->ending == Ending::undo) {
    if (undo_awaits_an_answer(draft)) return false;
    state::UndoPlanned planned;
    for (const NodeIndex undo : plan_undo(draft.graph(), run).undo)
      planned.steps.push_back(draft.address(undo));
    draft.emit(std::move(planned));
    return true;
  }
  if (is_body_active(draft)) return false;
  close_groups(draft);
  leave_steps(draft);
  return true;
}

// The step whose undo ended last is undone, unless a person skipped that undo.
bool mark_undone(Draft& draft) {
  const RunState& run = draft.state();
  if (run.next_undo == 0) return false;
  const NodeIndex undo = run.undo_order[run.next_undo - 1];
  const NodeIndex doer = *draft.tree().undoes(undo);
  const bool is_undone = run.at(undo).status == StepStatus::succeeded;
  if (!is_undone || !next_status(run.at(doer).status, StepChange::undone)) return false;
  draft.emit(doer, state::StepUndone{});
  return true;
}

bool undo_next(Draft& draft) {
  const RunState& run = draft.state();
  if (run.phase != RunPhase::undoing) return false;
  if (mark_undone(draft)) return true;
  if (run.next_undo < run.undo_order.size()) {
    const NodeIndex undo = run.undo_order[run.next_undo];
    if (run.at(undo).status != StepStatus::waiting || !may_start(run)) return false;
    if (awaits_group_locks(draft.tree(), run, undo)) return false;
    begin_step(draft, undo);
    return true;
  }
  if (is_body_active(draft)) return false;
  close_groups(draft);
  leave_steps(draft);
  return true;
}

}  // namespace

void advance(Draft& draft) {
  if (draft.context().driving == Driving::hold) return;
  if (awaits_locks(draft.state())) return end_unbegun(draft);
  while (draft.state().phase != RunPhase::finished) {
    if (draft.events() >= kMaxEvents) return draft.stop_short();
    if (free_group_locks(draft)) continue;
    if (decide_two_phase(draft) || settle_participant(draft)) continue;
    if (tend_guards(draft) || end_a_group(draft) || answer_failure(draft) || start_ready(draft))
      continue;
    if (conclude_steps(draft) || undo_next(draft)) continue;
    return;
  }
}

}  // namespace rung::engine
