#pragma once

#include "base/result.h"

#include <map>
#include <string>
#include <string_view>

namespace rung::engine::supervisor {

// The outputs that a command wrote to $RUNG_OUTPUT_FILE, by name. Of two with one name the later
// counts. Pure.
//
//   bytes=1048576
//   report<<END
//   any lines, until one that is just
//   END
//
// Names are letters, digits and `_`, not beginning with a digit, at most 64 bytes; a value is all
// bytes after the first `=`, and must be UTF-8. Empty lines between entries are allowed.
//
// invalid, with the line's number and how it should look; exhausted: over 1 MiB or 1,000 names.
Result<std::map<std::string, std::string>> parse_output_file(std::string_view text);

}  // namespace rung::engine::supervisor
