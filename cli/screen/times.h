#pragma once

#include "service/spoken_time.h"

#include <string>

namespace rung::cli {

// Times as screens show them. Clock times are UTC and say so; where the machine lives in another
// zone, people see their own beside it.

using service::brief;
using service::clock_time;
using service::date_time;

// "27 Mar 2026 03:13:20Z (04:13 Berlin)"
std::string full_time(TimePoint time);
// "04:13 Berlin"; "" where the machine's clock shows UTC.
std::string local_time(TimePoint time);

}  // namespace rung::cli
