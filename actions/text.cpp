#include "actions/text.h"

#include "base/utf8.h"

#include <algorithm>

namespace rung::actions {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

bool is_variable_name(std::string_view name) {
  return !name.empty() && is_letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

bool is_output_name(std::string_view name) {
  return !name.empty() && is_letter(name[0]) && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '-';
  });
}

std::string as_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto first = first_character(text);
    out += first.is_valid ? text.substr(0, first.length) : kReplacementCharacter;
    text.remove_prefix(first.length);
  }
  return out;
}

std::string_view without_trailing_newlines(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::string last_lines(std::string_view text, int lines, std::size_t limit_bytes) {
  std::string out;
  for (int taken = 0; taken < lines; ++taken) {
    text = without_trailing_newlines(text);
    if (text.empty()) break;
    const auto start = text.rfind('\n');
    const auto line = start == std::string_view::npos ? text : text.substr(start + 1);
    out = out.empty() ? std::string(line) : std::string(line) + " / " + out;
    text = text.substr(0, text.size() - line.size());
  }
  if (out.size() > limit_bytes) out = "..." + out.substr(out.size() - limit_bytes + 3);
  return as_utf8(out);
}

}  // namespace rung::actions
