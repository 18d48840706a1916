#pragma once

#include "actions/registry.h"

namespace rung::actions {

// Everything that `rung` ships: shell, command, http.*,
// postgres.transaction, mysql.transaction. Called once at the start; loads no library.
Result<void> register_builtin_actions(Registry& registry);

}  // namespace rung::actions
