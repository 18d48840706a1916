#pragma once

#include "runbooks/check_references.h"
#include "runbooks/project.h"

namespace rung::runbooks {

// Every `target:` of the runbook: that the action takes one, that each connection which it may name
// is there in every environment and of a kind that the action works on, and that the step's inputs
// go with it.
void check_targets(const Draft& draft, const Unfolded& unfolded, Checking checking,
                   const Project& project);

}  // namespace rung::runbooks
