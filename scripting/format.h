#pragma once

#include "scripting/function.h"

#include <string>

namespace rung::scripting {

// format("%s: %5.1f", ...): %s (any value), %d %x %o (int), %f %e %g (number), %q (a JSON string)
// and %%, with flags, a width and a precision of at most two digits. The first argument must be a
// string.
Computed<std::string> format_text(const Call& call);

// format_time: %Y %m %d %H %M %S %F %T %j %a %A %b %B %y %s %Z %%, in UTC and in English.
Computed<std::string> format_utc(TimePoint time, std::string_view format);

}  // namespace rung::scripting
