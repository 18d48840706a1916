#pragma once

#include "runbooks/unfold.h"

namespace rung::runbooks {

// Hashes the files that steps name (`command: [./warm.sh]`, `bash ./warm.sh`, `./warm.sh` at the
// beginning of a script's command) and notes them in the steps, relative to `folder`. A command's
// file that is missing is an error; one that cannot be executed, or that a script may yet write,
// a warning. Steps with `unpinned` are looked at and not pinned. Reads files.
void pin_files(Unfolded& unfolded, const std::string& folder, Report& report);

}  // namespace rung::runbooks
