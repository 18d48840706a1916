#pragma once

#include "runbooks/yaml_tree.h"

namespace rung::runbooks {

// A project file's root as it is in one of its environments: what the environment says of
// connections, sites, secrets and defaults stands in the place of what the project says. An
// environment changes what is there; whatever names nothing of the project is reported, since it
// would leave the real one in use.
Node in_environment(Node root, const Member& environment, Report& report);

}  // namespace rung::runbooks
