#pragma once

#include "base/random.h"
#include "tests/engine/plan_builder.h"

namespace rung::engine::testing {

// A runbook by chance: groups in groups, sequences, DAGs, all kinds of steps and policies.
Plan random_plan(Random& random);

}  // namespace rung::engine::testing
