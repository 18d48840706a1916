#pragma once

#include "cli/screen/style.h"
#include "service/run_view.h"

#include <string>

namespace rung::cli {

// What a run waits for, as `why` shows it and as every screen of a run that waits ends.

// "orders-db-failover-42  WAITING FOR A PERSON  since 03:14:58Z, 52s left, then: reject -> ..."
std::string need_header(const Style& style, const service::RunView& run, TimePoint now);
// One need: for what, facts, who, commands.
std::string need_block(const Style& style, const service::Need& need, TimePoint now);
// All of them, with the header.
std::string why_screen(const Style& style, const service::RunView& run, TimePoint now);
// The first command that changes something; "" for a run that needs none.
std::string next_command(const service::RunView& run, std::string_view rung);

}  // namespace rung::cli
