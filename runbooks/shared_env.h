#pragma once

#include "runbooks/step_reader.h"

namespace rung::runbooks {

// What the commands under a runbook or a group have in their environment, where `env` stands in it:
// its variables over those of what is around it. They are computed for each command anew, and are
// the same for all: they read no steps.
Template::Map read_shared_env(const Node& env, const Reading& around, ExpressionUses& uses);

// Gives them to one command, whose own variables stand over them. False: its own are one
// expression, and what they are is known in the run only.
bool add_shared_env(const Template::Map& shared, ActionUse& command);

}  // namespace rung::runbooks
