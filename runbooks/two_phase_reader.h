#pragma once

#include "runbooks/step_reader.h"

namespace rung::runbooks {

// `two_phase:` of a step: its participants become the step's children.
void read_two_phase(const Node& node, const Table& table, const Reading& reading, DraftStep& draft);

}  // namespace rung::runbooks
