#include "engine/core/step_states.h"

namespace rung::engine {

void add_step_states(const Graph& graph, RunState& run, StepIndex first, std::uint32_t size,
                     std::size_t times) {
  run.steps.reserve(run.steps.size() + size * times);
  for (std::size_t n = 0; n < size * times; ++n) {
    const runbooks::Step& step = graph.step({first.number + static_cast<std::uint32_t>(n % size)});
    StepState& state = run.steps.emplace_back();
    state.unmet_needs = static_cast<std::uint32_t>(step.needs.size());
    state.unfinished_children = static_cast<std::uint32_t>(step.children.size());
  }
}

}  // namespace rung::engine
