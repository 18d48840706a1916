#pragma once

#include "base/time.h"
#include "base/value.h"

#include <string>
#include <string_view>

namespace rung::service {

// Times as people read them, on screens and in reports.

// "0.4s" "6s" "1m58s" "3h02m" "2d4h": two units at most, as one reads it aloud.
std::string brief(Duration duration);
// A time that was measured, for people: "510us" "4.38s" "1m59s", three digits or two units. Rounded
// up, never down: nobody takes a target that was just missed for one that was met.
std::string measured(Duration duration);
// A step's output for people: a duration as it was measured, everything else as it is.
std::string spoken(const Value& value);
// The output of a wait that holds its looks: too much for a line, and told one by one elsewhere.
bool holds_looks(std::string_view name, const Value& output);
// "03:14:58Z"
std::string clock_time(TimePoint time);
// "27 Mar 2026 03:13:20Z"
std::string date_time(TimePoint time);

}  // namespace rung::service
