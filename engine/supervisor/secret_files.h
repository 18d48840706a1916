#pragma once

#include "base/result.h"
#include "engine/supervisor/job.h"

#include <string>

namespace rung::engine::supervisor {

// The `files:` of one command. They may be secret, so they lie in a folder of their own (0700) on
// a tmpfs, and the attempt's folder holds a link `files` to it, by which recovery finds them.

inline constexpr const char* kFilesLink = "files";

// errno of the first call that failed, 0 where all are there. Requires: the working directory is
// the attempt's folder. Nothing is written where the folder exists already.
int make_secret_files(const Job& job);

// Files, folder and link of the attempt in `attempt_folder`. Safe to call twice, and where there
// are none. Follows the link only to a folder that is ours alone.
void remove_secret_files(const std::string& attempt_folder);

// A new folder's path on a tmpfs: under $XDG_RUNTIME_DIR where that is one, else under /dev/shm.
// unavailable: there is no tmpfs that we may write to.
Result<std::string> secret_folder_for(const std::string& attempt_id);

}  // namespace rung::engine::supervisor
