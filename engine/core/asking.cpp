#include "engine/core/asking.h"

namespace rung::engine {
namespace {

void set_asking(const Graph& graph, RunState& run, NodeIndex i, std::optional<TimePoint> since) {
  const auto found = run.asking.find(i);
  if (since && found == run.asking.end()) {
    Asking& asking = run.asking[i];
    asking.since = *since;
    return ask_again(graph, run, i, asking);
  }
  if (since || found == run.asking.end()) return;
  if (found->second.next) run.reminders.remove(i, *found->second.next);
  run.asking.erase(found);
}

bool asks_people(const Graph& graph, const RunState& run, NodeIndex i) {
  const StepState& step = run.at(i);
  if (step.status == StepStatus::in_doubt) return true;
  if (step.status != StepStatus::running) return false;
  const StepKind kind = StepTree(graph, run.loops).step(i).kind;
  return kind == StepKind::approve || kind == StepKind::manual || kind == StepKind::decide;
}

}  // namespace

void ask_again(const Graph& graph, RunState& run, NodeIndex i, Asking& asking) {
  asking.next = next_of(graph, run, i, asking);
  if (asking.next) run.reminders.add(i, *asking.next);
}

void note_asking(const Graph& graph, RunState& run, const std::optional<NodeIndex>& changed,
                 TimePoint at) {
  const bool is_over = run.phase == RunPhase::finished;
  const auto since = [&](bool asks) { return asks && !is_over ? std::optional(at) : std::nullopt; };
  set_asking(graph, run, node_of(graph.plan().root), since(run.paused || !run.stuck_at.empty()));
  if (changed) set_asking(graph, run, *changed, since(asks_people(graph, run, *changed)));
  if (!is_over) return;
  run.asking.clear();
  run.reminders = {};
}

}  // namespace rung::engine
