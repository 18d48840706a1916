#pragma once

#include "base/ids.h"
#include "engine/core/agenda.h"

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace rung::engine {

// When the engine must look at a run again though nothing happens to it. By CLOCK_BOOTTIME, as far
// as one can know: a time of day is looked at every few seconds, since the clock may be stepped.
class WakeTimes {
 public:
  // Of a run in memory; replaces what was set before.
  void set(RunId run, const NextDue& due, Instant now);
  void forget(RunId run);
  std::vector<RunId> due(Instant now) const;

  // Of the runs that are only in the store: the earliest.
  void set_stored(std::optional<TimePoint> wake) { stored_ = wake; }
  void add_stored(TimePoint wake);
  // Whether it has come; then it is forgotten.
  bool take_stored(Instant now);

  std::optional<Instant> next(Instant now) const;

 private:
  std::set<std::pair<Duration, RunId>> times_;
  std::map<RunId, Duration> time_of_;
  std::optional<TimePoint> stored_;
};

}  // namespace rung::engine
