#pragma once

#include "engine/core/draft.h"

namespace rung::engine {

// Reminders of one waiting; then it is silent. (2 hours at the default of 10 minutes.)
constexpr std::int64_t kMostReminders = 12;

// Records the reminders that are due, once however many an absent engine missed, asks the people of
// an escalation, and ends a pause that lasted too long. Whoever tells people by a channel reads the
// events `people.reminded`.
void remind_due(Draft& draft);

// Whether the run is in a pause of a failure, to which the plan may set an end.
bool may_end_by_itself(const RunState& run);

// Whether time alone will bring about anything but reminders.
bool changes_by_time(const Graph& graph, const RunState& run);

}  // namespace rung::engine
