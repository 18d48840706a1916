#pragma once

#include <string>
#include <string_view>

namespace rung::runbooks {

// "2026-12-20", a day that there is.
bool is_local_date(std::string_view text);
// "02:30" or "23:59:30".
bool is_time_of_day(std::string_view text);
// A name of the IANA time zone database on this machine, such as Europe/Berlin.
bool is_timezone(const std::string& name);

}  // namespace rung::runbooks
