#pragma once

#include "cli/screen/style.h"
#include "service/undo_view.h"

#include <string>

namespace rung::cli {

// `rung undo RUN --dry-run`: the undo as a plan.
std::string undo_screen(const Style& style, const service::UndoView& undo, std::string_view rung);

}  // namespace rung::cli
