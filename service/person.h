#pragma once

#include "engine/core/command.h"

namespace rung::service {

// Who runs this process: OS user and groups, with the reason that was given.
engine::By this_person(std::string say);

}  // namespace rung::service
