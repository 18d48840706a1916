#pragma once

#include "scripting/meter.h"

#include <optional>
#include <string_view>
#include <vector>

namespace rung::scripting {

// Where a pattern matched: the whole, and what its parentheses caught.
struct Match {
  std::string_view whole;
  std::vector<std::string_view> captures;
};

// The first match of a Lua pattern in `text`, empty where there is none. Lua's own matcher is not
// used because nothing interrupts it: here every byte that is looked at is a step of the meter.
//
// Classes, sets, * + - ?, ^ and $, %b, %f and captures work as in Lua 5.4; position captures `()`
// and %1 (a capture inside the pattern) do not exist.
// problem: a malformed pattern; over the meter.
Computed<std::optional<Match>> find_match(std::string_view text, std::string_view pattern,
                                          Meter& meter);

}  // namespace rung::scripting
