#pragma once

#include "runbooks/plan.h"
#include "state/event.h"

#include <string>
#include <vector>

namespace rung::service {

// One line of what happened in a run, in the words of its events.
struct TimelineLine {
  Duration after{};  // since the run's creation
  std::string mark;  // ">>", "ok", "FAIL", "??", ...; "" for what concerns the run
  std::string step;
  std::string text;
};

// The whole journal, oldest first; what only a machine wants to know is left out.
std::vector<TimelineLine> timeline_of(const std::vector<state::Event>& events,
                                      const runbooks::Plan& plan);

}  // namespace rung::service
