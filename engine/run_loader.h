#pragma once

#include "engine/core/state.h"
#include "engine/plan_cache.h"
#include "state/store.h"

#include <functional>
#include <memory>

namespace rung::engine {

// A run as it lies in the store: its journal, folded over its plan.
struct LoadedRun {
  std::shared_ptr<const Graph> graph;
  RunState state;
  state::RunSummary summary;
};

// Reads runs from the store, and each plan once. Lives as long as its engine, on its thread.
class RunLoader {
 public:
  using OnLoaded = std::function<void(Result<LoadedRun>)>;

  RunLoader(state::Store& store, PlanCache& plans) : store_(store), plans_(plans) {}

  // Errors as Store::load and Store::load_plan; corrupt where the journal does not fold.
  void load(RunId run, OnLoaded done);

 private:
  void find_plan(RunId run, state::Journal journal, OnLoaded done);

  state::Store& store_;
  PlanCache& plans_;
};

}  // namespace rung::engine
