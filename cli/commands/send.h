#pragma once

#include "cli/console.h"
#include "service/commands.h"

namespace rung::cli {

// What the verbs that change a run have in common: sends the command, prints the decision, and
// answers with 0 (takes effect now), 7 (recorded; no engine drives the run) or why it was refused.
ExitCode send(const Arguments& arguments, const Console& console, const service::Command& command);

}  // namespace rung::cli
