#pragma once

#include "service/report/network.h"

namespace rung::service {

// A piece of a run's time: a step that everything after it stood behind, or the pause between two.
struct PathPiece {
  const NetworkNode* step = nullptr;  // none: nothing ran
  TimePoint from;
  TimePoint to;
};

// The chain of steps and pauses that made the run last as long as it did, without a gap from its
// beginning to its end: shortening anything else would not have helped.
struct CriticalPath {
  std::vector<PathPiece> pieces;  // first to last
  // How much later each step could have ended without a later end of the run, by node.
  std::vector<Duration> slack;
};

// The network must outlive the path. Pure.
CriticalPath critical_path(const Network& network, TimePoint from, TimePoint to);

}  // namespace rung::service
