#pragma once

#include "runbooks/plan.h"

#include <map>

namespace rung::runbooks {

// Puts the steps of children under the groups that use them: addresses go on from there, links lead
// to where the steps stand now, and each child becomes a module. What children read beside (files,
// secrets) joins the plan's. The children are complete plans.
void graft(Plan& plan, const std::map<StepIndex, Plan>& children);

}  // namespace rung::runbooks
