#pragma once

#include "service/run_view.h"

#include <string>
#include <vector>

namespace rung::service {

// What somebody must know who takes command of a run: computed from its view, for one screen.
struct Brief {
  std::string run;
  RunStatus status = RunStatus::queued;
  std::string commander;
  std::vector<std::string> done;     // addresses, in reading order; skipped ones are left out
  std::vector<std::string> running;  // under way, waiting, in doubt, or failed
  std::vector<std::string> next;     // not begun, in reading order
  std::vector<Need> waits;           // for people
  std::vector<Deed> decided;         // by whom, in the order of time
  std::vector<std::string> risks;    // sentences
  std::string command;               // the next one
};

Brief brief_of(const RunView& run, TimePoint now);
Value to_value(const Brief& brief);

}  // namespace rung::service
