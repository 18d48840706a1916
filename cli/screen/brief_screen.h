#pragma once

#include "cli/screen/style.h"
#include "service/brief.h"

#include <string>

namespace rung::cli {

// The handover of a run, on one screen: long lists are cut and say by how much.
std::string brief_screen(const Style& style, const service::RunView& run,
                         const service::Brief& told, TimePoint now);

}  // namespace rung::cli
