#pragma once

#include "base/time.h"

#include <string>

namespace rung::service {

// Times as people read them, on screens and in reports.

// "0.4s" "6s" "1m58s" "3h02m" "2d4h": two units at most, as one reads it aloud.
std::string brief(Duration duration);
// "03:14:58Z"
std::string clock_time(TimePoint time);
// "27 Mar 2026 03:13:20Z"
std::string date_time(TimePoint time);

}  // namespace rung::service
