#pragma once

#include "base/result.h"
#include "engine/core/command.h"

namespace rung::service {

// Who runs this process: OS user and groups, with the reason that was given.
engine::By this_person(std::string say);
// A user of this machine with their groups. not_found.
Result<engine::By> person_named(const std::string& user);

}  // namespace rung::service
