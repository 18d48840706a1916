#pragma once

#include "base/time.h"
#include "engine/core/step_tree.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

namespace rung::engine {

// When something is due. Within the boot in which it was recorded CLOCK_BOOTTIME decides, later
// the UTC time does. `boot` is 0 for a time of day, which always follows UTC.
struct Due {
  TimePoint utc;
  Duration boot{};
};
bool is_due(const Due& due, Instant now);

// The earliest of what is due by each of the two clocks: they may be stepped against each other.
struct NextDue {
  std::optional<Due> by_boot;
  std::optional<Due> by_utc;

  bool is_empty() const { return !by_boot && !by_utc; }
  bool is_due(Instant now) const;
  // The UTC time of the earlier one, as far as UTC can tell.
  TimePoint utc() const;
};
NextDue earlier(const NextDue& a, const NextDue& b);

// Steps by the time at which time alone changes them. Part of a run's state: whoever changes the
// due time of a step removes it before and adds it after.
class Agenda {
 public:
  void add(NodeIndex step, const Due& due);
  void remove(NodeIndex step, const Due& due);

  NextDue next() const;
  // Adds the steps that are due.
  void collect(Instant now, std::set<NodeIndex>& into) const;

 private:
  std::map<std::pair<Duration, NodeIndex>, TimePoint> by_boot_;
  std::set<std::pair<TimePoint, NodeIndex>> by_utc_;
};

}  // namespace rung::engine
