#include "engine/core/state.h"

namespace rung::engine {

Result<RunState> apply(const Graph& graph, RunState state, const state::Event& event) {
  TRY(apply_in_place(graph, state, event));
  return state;
}

Result<RunState> fold(const Graph& graph, RunId run, const std::vector<state::Event>& events) {
  RunState state;
  state.id = run;
  for (const state::Event& event : events) {
    auto applied = apply_in_place(graph, state, event);
    if (!applied) {
      return std::move(applied).error().with_context("run " + std::to_string(run.number) +
                                                     ", event " + std::to_string(state.seq.number));
    }
  }
  return state;
}

}  // namespace rung::engine
