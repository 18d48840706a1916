#include "engine/core/step_times.h"

namespace rung::engine {
namespace {

template <class Change>
void with_times(const StepTree& tree, RunState& run, NodeIndex i, Change change) {
  const StepState& step = run.at(i);
  if (!step.due) return;
  // What was decided is carried out whatever the run does: like the end of a waiting.
  if (step.status != StepStatus::backing_off || tree.step(i).kind == StepKind::participant) {
    change(run.waits, *step.due);
    return;
  }
  change(run.delays, *step.due);
  if (const auto limit = step_limit(tree.step(i), step)) change(run.waits, *limit);
}

}  // namespace

void forget_times(const StepTree& tree, RunState& run, NodeIndex i) {
  with_times(tree, run, i, [i](Agenda& agenda, const Due& due) { agenda.remove(i, due); });
}

void note_times(const StepTree& tree, RunState& run, NodeIndex i) {
  with_times(tree, run, i, [i](Agenda& agenda, const Due& due) { agenda.add(i, due); });
}

void forget_boot_times(const StepTree& tree, RunState& run) {
  for (const NodeIndex i : run.active) {
    StepState& step = run.at(i);
    forget_times(tree, run, i);
    if (step.due) step.due->boot = Duration{};
    step.started_boot = Duration{};
    step.first_started_boot = Duration{};
    note_times(tree, run, i);
  }
  for (auto& [i, watch] : run.watches) {
    if (watch.kept) watch.kept->since_boot_ns = 0;
  }
}

}  // namespace rung::engine
