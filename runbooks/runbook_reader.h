#pragma once

#include "runbooks/step_reader.h"

namespace rung::runbooks {

// Everything that a runbook says, checked as far as that goes without its other steps. `root`
// outlives the draft.
Draft read_runbook(const Node& root, const Reading& reading);

}  // namespace rung::runbooks
