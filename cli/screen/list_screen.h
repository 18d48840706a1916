#pragma once

#include "cli/screen/style.h"
#include "service/run_view.h"

#include <string>
#include <vector>

namespace rung::cli {

// `rung ls`: a row for each run, newest first.
std::string list_screen(const Style& style, const std::vector<service::ListedRun>& runs,
                        TimePoint now);

// `rung freeze`: a line for each.
std::string freezes_screen(const Style& style, const std::vector<state::Freeze>& freezes);

}  // namespace rung::cli
