#pragma once

#include "base/time.h"
#include "engine/core/state.h"
#include "state/reader.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rung::service {

// Who stands between a run and a lock that it waits for.
struct Obstacle {
  std::string group;  // that waits; "": the run itself
  std::string lock;
  bool is_shared = false;
  RunId run;
  std::string name;   // of that run
  std::string step;   // the group of it that holds or asked; "": the run itself
  bool holds = true;  // else it asked before, and waits itself
  TimePoint since;    // holds it, or asked for it
  std::string who;    // started that run
  std::string say;    // why
  state::RunStatus status = state::RunStatus::running;
  std::string reason;     // what that run waits for
  bool is_driven = true;  // by an engine, now
};

using IsDriven = std::function<bool(const std::optional<state::RunClaimed>&)>;

// Empty where the run waits for no lock, or nothing stands against it any more. At most five: the
// first are enough to know what to do.
Result<std::vector<Obstacle>> obstacles_of(state::Reader& reader, const engine::RunState& run,
                                           const IsDriven& is_driven);

}  // namespace rung::service
