#pragma once

#include "service/history.h"
#include "service/report/report.h"

namespace rung::service {

// What a run leaves to people: doubts, failures that were tolerated, steps that somebody skipped,
// effects that are not undone, the way back, and what a run that goes on waits for. Pure.
std::vector<Left> left_to_do(const History& history, const RunView& run);

}  // namespace rung::service
