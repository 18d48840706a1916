#pragma once

#include "service/archive.h"
#include "service/needs.h"
#include "service/report/report.h"

namespace rung::service {

enum class Verify : std::uint8_t { no, yes };

// Reads a run and the earlier finished runs of its runbook: the latest 20, or as many of them as
// have 50,000 events together, so that a report stays a matter of a moment.
// corrupt: the journal cannot be folded, or, with Verify::yes, it is not what was written.
Result<Report> read_report(Archive& archive, RunId run, Viewer viewer, TimePoint now,
                           Verify verify);

}  // namespace rung::service
