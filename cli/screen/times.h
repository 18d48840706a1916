#pragma once

#include "base/time.h"

#include <string>

namespace rung::cli {

// Times as screens show them. Clock times are UTC and say so; where the machine lives in another
// zone, people see their own beside it.

// "0.4s" "6s" "1m58s" "3h02m" "2d4h": two units at most, as one reads it aloud.
std::string brief(Duration duration);
// "03:14:58Z"
std::string clock_time(TimePoint time);
// "27 Mar 2026 03:13:20Z (04:13 Berlin)"
std::string full_time(TimePoint time);
// "04:13 Berlin"; "" where the machine's clock shows UTC.
std::string local_time(TimePoint time);

}  // namespace rung::cli
