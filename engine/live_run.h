#pragma once

#include "engine/core/state.h"
#include "engine/pending_writes.h"

#include <memory>
#include <string>

namespace rung::engine {

// A run in the memory of its engine.
struct LiveRun {
  std::shared_ptr<const Graph> graph;
  RunState state;          // as decided; its last events may not be on disk yet
  bool is_driven = false;  // claimed by this engine
  PendingWrites pending;
  // Its summary row, as written last.
  state::RunStatus shown = state::RunStatus::queued;
  std::string shown_reason;
  std::optional<TimePoint> shown_wake;
};

// Nothing happens to it by itself: it waits for a person, a signal or a time, or is over.
bool is_settled(state::RunStatus status);

// Puts the summary row into the write where it changed: most writes leave it alone.
void add_summary(LiveRun& run, state::RunWrite& write);

// Whether the write must be on disk at once: somebody or something waits for it.
state::Barrier barrier_of(const RunState& run, const PendingWrite& write);

// Whether the intent must be on disk before. Reads need none: their outcome rides in the next
// barrier.
bool needs_barrier(const Effect& effect, const RunState& run);

}  // namespace rung::engine
