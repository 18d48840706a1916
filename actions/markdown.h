#pragma once

#include "base/action_spec.h"

#include <string>

namespace rung::actions {

// The page docs/actions/NAME.md of an action.
std::string markdown(const ActionSpec& spec);

}  // namespace rung::actions
