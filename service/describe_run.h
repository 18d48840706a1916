#pragma once

#include "service/needs.h"
#include "service/run_view.h"

namespace rung::service {

// Everything that people and other programs may want to know of a run. Pure.
// Requires: the history has its first event.
RunView describe_run(const History& history, const Viewer& viewer);

// {run, runbook, status, outputs, steps: [{id, status, attempts, outputs, error, started_at,
// finished_at, ...}], ...}: what `-o json` prints.
Value to_value(const RunView& run);
// The same for a list: no steps.
Value to_value(const ListedRun& run);

}  // namespace rung::service
