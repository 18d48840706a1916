#pragma once

#include "service/rehearsal/rehearsal.h"

#include <vector>

namespace rung::service {

// Holds what a case expects against what became of its run. Empty: all of it is so.
std::vector<Difference> judge(const runbooks::TestCase& test, const Rehearsed& ended,
                              const Stage& stage);

// Whether a value is what was written: numbers by their value, durations, sizes and times also as
// their text; of a map the members that are written, of a list all items.
bool fits(const Value& written, const Value& actual);

}  // namespace rung::service
