#pragma once

#include "cli/screen/style.h"
#include "service/run_view.h"

#include <string>
#include <vector>

namespace rung::cli {

// "orders-db-failover-42   unplanned   RUNNING    by mira    reason: PostgresDown east"
std::string title_line(const Style& style, const service::RunView& run);
// "RTO 5m  [####------]  1m58s used  3m02s left"; "" where no target is stated.
std::string rto_line(const Style& style, const service::RunView& run, TimePoint now);
// "NO RETURN since 03:15:41Z: the way back ..."; "" before it.
std::string no_return_line(const Style& style, const service::RunView& run);

// One run, whole: what `show` prints.
std::string show_screen(const Style& style, const service::RunView& run, TimePoint now);

// The picture that is redrawn in place while a run goes on, line by line, at most `height` of them
// and none wider than the screen. `keys` is the last line.
std::vector<std::string> live_screen(const Style& style, const service::RunView& run, TimePoint now,
                                     std::size_t height, const std::string& keys);

// What happened between two looks at a run, a line for each change: for logs and pipes.
std::vector<std::string> change_lines(const Style& style, const service::RunView* before,
                                      const service::RunView& after);

}  // namespace rung::cli
