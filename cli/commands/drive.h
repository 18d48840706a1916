#pragma once

#include "cli/console.h"
#include "service/session.h"

namespace rung::cli {

// What `run`, `resume` and `watch` have in common: a session with the audience that fits the
// terminal and the format, its last screen, and the exit code.
ExitCode drive(service::SessionRequest request, const Arguments& arguments, const Console& console);

// How a run's state reads as an exit code.
ExitCode exit_code_of(const service::RunView& run);

}  // namespace rung::cli
