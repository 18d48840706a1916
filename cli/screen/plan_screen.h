#pragma once

#include "cli/screen/style.h"
#include "service/plan_view.h"

#include <string>

namespace rung::cli {

// `rung plan`: everything that a run would do, and nothing done.
std::string plan_screen(const Style& style, const service::PlanView& plan);

}  // namespace rung::cli
