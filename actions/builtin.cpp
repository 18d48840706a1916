#include "actions/builtin.h"

#include "actions/command/command.h"
#include "actions/shell/shell.h"

namespace rung::actions {

Result<void> register_builtin_actions(Registry& registry) {
  TRY(registry.add(std::make_unique<Shell>()));
  TRY(registry.add(std::make_unique<Command>()));
  return success();
}

}  // namespace rung::actions
