#pragma once

#include "engine/core/decide.h"

namespace rung::service {

// The commit of the repository that the runbook's folder is in, and whether what the plan was made
// of is as that commit has it. Asks git, for two seconds at most; says nothing where there is no
// repository, no git or no answer: a run does not wait for it.
engine::Origin origin_of(const runbooks::Plan& plan);

}  // namespace rung::service
