#pragma once

#include "service/report/report.h"

#include <string>

namespace rung::service {

// The run as bars over time, one for each of the most telling steps and one for all others; what
// lies on the critical path is underlined. The element alone, to stand in a page: its colours come
// from there (`--people`, `--doubt`, `--critical`, `--grid`).
std::string draw_timeline(const Report& report);

// For text and attributes of HTML and SVG.
std::string escaped_markup(std::string_view text);

}  // namespace rung::service
