#pragma once

#include <string>
#include <string_view>

namespace rung::actions {

// A name that the environment and expressions can both hold: letters, digits, `_`, no digit first.
bool is_variable_name(std::string_view name);
// The same, and `-` inside.
bool is_output_name(std::string_view name);

// Bytes that are not UTF-8 become U+FFFD.
std::string as_utf8(std::string_view text);

std::string_view without_trailing_newlines(std::string_view text);
// The last `lines` lines that are not empty, as one line, at most `limit_bytes`.
std::string last_lines(std::string_view text, int lines, std::size_t limit_bytes);

}  // namespace rung::actions
