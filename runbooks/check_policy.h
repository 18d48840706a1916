#pragma once

#include "runbooks/check_references.h"

namespace rung::runbooks {

// What the parts say about each other: undo where the run is undone on failure, a way to tell
// where nobody else can, approvals against the objective, names of people.
void check_policy(const Draft& draft, const Unfolded& unfolded, Checking checking);

}  // namespace rung::runbooks
