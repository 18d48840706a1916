#pragma once

#include "runbooks/step_reader.h"

namespace rung::runbooks {

// `lua:`, a durable script: its text, what it gives, and what can be known to be wrong with it
// before any run. Its references are checked with those of all other steps.
void read_script(const Node& node, const Fields& fields, const Reading& reading, DraftStep& draft);

}  // namespace rung::runbooks
