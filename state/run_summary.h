#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "state/event.h"

#include <optional>
#include <string>

namespace rung::state {

// The narrow row of a run: what lists show and what wakes it. A cache of the journal's fold.
struct RunSummary {
  RunId run{};
  std::string runbook{};
  std::string plan{};  // hash, hex
  RunStatus status = RunStatus::queued;
  std::string reason{};  // one line: waiting for what, failed why
  std::string who{};
  TimePoint created_at{};
  std::optional<TimePoint> finished_at{};
  std::optional<TimePoint> wake_at{};  // the earliest timer; only for runs with nothing in flight
  friend bool operator==(const RunSummary&, const RunSummary&) = default;
};

}  // namespace rung::state
