#pragma once

#include "cli/console.h"
#include "service/archive.h"

#include <optional>

namespace rung::cli {

// A store that was opened to look at, and the run that was meant.
struct Look {
  service::Archive archive;
  RunId run;
};
// Opens the store of the arguments; `code` is the answer where that fails.
std::optional<service::Archive> open_archive(const Arguments& arguments, const Console& console,
                                             ExitCode& code);
// The same with RUN of the arguments.
std::optional<Look> open_run(const Arguments& arguments, const Console& console,
                             service::Archive::Fits fits, ExitCode& code);
service::Viewer viewer(const service::StorePlace& place);

}  // namespace rung::cli
