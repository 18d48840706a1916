#pragma once

#include "runbooks/draft.h"
#include "runbooks/fields.h"

namespace rung::runbooks {

// `for_each:` beside `steps:` or `parallel:`. Makes the group that was read the body of a loop:
// what stands in `draft` afterwards is the loop, and its only child is the body.
void read_loop(const Node& node, const Table& table, Report& report, DraftStep& draft);

}  // namespace rung::runbooks
