#pragma once

#include "cli/screen/style.h"
#include "service/run_view.h"

#include <string>

namespace rung::cli {

// How a run ended: the block that closes `run`, `resume`, `watch` and `show`. From recorded facts
// only. Requires: the run is over.
std::string report_screen(const Style& style, const service::RunView& run);

// "engine pid 7001 on host ops1 died at 03:16:02Z (boot unchanged). Recovered 42 in 11 ms, 87
// events." and what that engine left. For the engine that has just taken over.
std::string takeover_screen(const Style& style, const service::RunView& run, Duration took);

}  // namespace rung::cli
