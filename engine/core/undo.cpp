#include "engine/core/run_rules.h"

#include <algorithm>

namespace rung::engine {
namespace {

using runbooks::Step;

// Whether there may be something to undo: it acted, half acted, or nobody knows.
bool has_acted(const Step& step, const StepState& state) {
  if (state.has_unknown || state.has_half_acted) return true;
  switch (state.phase) {
    case AttemptPhase::in_flight:
    case AttemptPhase::done:
    case AttemptPhase::failed:
    case AttemptPhase::unknown:
    case AttemptPhase::prepared: return true;
    case AttemptPhase::not_done: return false;
    case AttemptPhase::none: break;
  }
  return state.status == StepStatus::succeeded &&
         (step.kind == StepKind::manual || step.kind == StepKind::two_phase);
}

bool applies(const Step& step, const StepState& state) {
  if (step.undo_on.empty()) return true;
  const std::string end = state.status == StepStatus::succeeded ? "succeeded" : "failed";
  return std::find(step.undo_on.begin(), step.undo_on.end(), end) != step.undo_on.end();
}

}  // namespace

UndoPlan plan_undo(const Graph& graph, const RunState& run) {
  const StepTree tree(graph, run.loops);
  UndoPlan plan;
  std::vector<NodeIndex> doers;
  for (std::uint32_t n = 0; n < run.steps.size(); ++n) {
    const Step& step = tree.step({n});
    const StepState& state = run.steps[n];
    const bool is_effect = step.kind == StepKind::action || step.kind == StepKind::manual ||
                           step.kind == StepKind::two_phase;
    if (!is_effect || step.undoes || state.status == StepStatus::undone || !has_acted(step, state))
      continue;
    if (tree.is_cleanup({n})) continue;
    if (step.undo && applies(step, state)) doers.push_back({n});
    const bool has_effect =
        step.kind != StepKind::action || state.effect_class != EffectClass::read;
    if (!step.undo && !step.undo_none && has_effect) plan.left_as_is.push_back({n});
  }
  // Reverse order of completion; what never ended (it is in doubt) is undone first.
  const auto order = [&](NodeIndex i) {
    const std::int64_t end = run.at(i).end_order;
    return end == 0 ? run.ends + 1 : end;
  };
  std::stable_sort(doers.begin(), doers.end(),
                   [&](NodeIndex a, NodeIndex b) { return order(a) > order(b); });
  for (const NodeIndex doer : doers) plan.undo.push_back(*tree.undo(doer));
  return plan;
}

}  // namespace rung::engine
