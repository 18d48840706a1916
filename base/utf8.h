#pragma once

#include <cstddef>
#include <string_view>

namespace rung {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

// The first character of a text: its code point and how many bytes it takes. For a byte that
// begins no valid character (an overlong form, a surrogate, a cut sequence) `is_valid` is false and
// the length is 1.
struct Utf8Character {
  char32_t code_point = 0;
  std::size_t length = 0;
  bool is_valid = false;
};

// Requires: `text` is not empty.
Utf8Character first_character(std::string_view text);

bool is_utf8(std::string_view text);

}  // namespace rung
