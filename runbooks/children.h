#pragma once

#include "runbooks/unfold.h"

#include <map>

namespace rung::runbooks {

// What a step gives to the runbook that it uses, held against that runbook: its inputs, and what
// cannot be done as a child. `draft` is the step's.
void check_child(const DraftStep& draft, const ChildSpec& child, const Plan& plan, Report& report);

}  // namespace rung::runbooks
