#pragma once

#include "runbooks/step_reader.h"

#include <vector>

namespace rung::runbooks {

// `abort_if:` of a runbook: what is looked at beside its steps. `map` is name -> check.
std::vector<DraftStep> read_guards(const Node& map, const Reading& reading);

}  // namespace rung::runbooks
