#pragma once

#include "runbooks/step_reader.h"

namespace rung::runbooks {

// `verify:` unfolds into a group of waits that look, one for each check. `node` is its map.
void read_verify(const Node& node, const Reading& reading, DraftStep& draft);

}  // namespace rung::runbooks
