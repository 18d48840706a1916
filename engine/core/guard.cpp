#include "engine/core/resolve.h"
#include "engine/core/run_rules.h"
#include "engine/core/step_rules.h"

namespace rung::engine {
namespace {

// Why nobody watches any more; "" while somebody does.
std::string over_because(const Draft& draft) {
  const RunState& run = draft.state();
  if (run.no_return) return "point_of_no_return";
  const NodeIndex root = node_of(draft.graph().plan().root);
  if (run.ending || run.phase != RunPhase::steps || run.ended_groups.contains(root))
    return "run_ends";
  return "";
}

bool is_open(const StepState& guard) {
  return guard.status == StepStatus::waiting || guard.status == StepStatus::running;
}

bool begin_next(Draft& draft) {
  if (!may_start(draft.state())) return false;
  for (const StepIndex guard : draft.graph().guards()) {
    const NodeIndex i = node_of(guard);
    const bool is_new = draft.at(i).status == StepStatus::waiting;
    if (!is_new || draft.state().ready.contains(i)) continue;
    open_watch(draft, i);
    return true;
  }
  return false;
}

std::string text_of(const Draft& draft, NodeIndex i, const Value::Map& seen) {
  const runbooks::Step& guard = draft.step(i);
  RunScope scope = draft.scope(i);
  scope.add_all(seen);
  const auto say = resolve(guard.guard->say, *draft.context().evaluator, scope);
  const bool is_said = say && !say.value().is_null() && !say.value().has_secret_mark();
  return is_said ? to_text(say.value()) + " (" + guard.watch->until.text + ")"
                 : guard.watch->until.text;
}

}  // namespace

bool tend_guards(Draft& draft) {
  if (draft.graph().guards().empty() || draft.state().phase == RunPhase::created) return false;
  const std::string over = over_because(draft);
  if (over.empty()) return begin_next(draft);
  for (const StepIndex guard : draft.graph().guards()) {
    const NodeIndex i = node_of(guard);
    if (!is_open(draft.at(i))) continue;
    stop_looking(draft, i);
    state::StepSkipped skipped;
    skipped.reason = over;
    draft.emit(i, std::move(skipped));
    return true;
  }
  return false;
}

void abort_run(Draft& draft, NodeIndex i, const Value::Map& seen) {
  const bool is_undone = draft.graph().plan().on_failure == runbooks::OnFailure::undo_run;
  const std::string address = draft.address(i);
  begin_ending(draft,
               {is_undone ? state::Ending::undo : state::Ending::fail, address,
                address + ": " + text_of(draft, i, seen), "", "", false},
               CancelRunning::drain);
}

}  // namespace rung::engine
