#pragma once

#include "cli/screen/style.h"
#include "service/rehearsal/test_report.h"

#include <string>

namespace rung::cli {

// What `rung test` prints: a line for each case, of a failed one what differs and the virtual run,
// then what no case has shown, then the sum. Quiet: failures and the sum.
std::string test_screen(const Style& style, const service::TestReport& report, bool is_quiet);

}  // namespace rung::cli
