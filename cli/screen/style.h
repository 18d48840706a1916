#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rung::cli {

// What the place that is written to can show.
struct Style {
  bool has_color = false;
  bool has_unicode = false;
  std::size_t width = 100;  // columns
  bool is_terminal = true;  // else long lines are left whole, for whoever searches them
};

enum class Tone : unsigned char { plain, strong, dim, good, bad, busy, asks };

// `text` in the colours of `tone`, or as it is where there are none.
std::string paint(const Style& style, Tone tone, std::string_view text);

// Columns that `text` takes, without colours.
std::size_t columns(std::string_view text);
// At most `width` columns of it, colours kept whole.
std::string clipped(std::string_view text, std::size_t width);
// Filled up with spaces, or cut with "..." where it is longer.
std::string fitted(std::string_view text, std::size_t width);
// The same, cut at its begin: what the end tells apart stays. Requires a width above 3.
std::string fitted_end(std::string_view text, std::size_t width);
// As it is, or cut with "...".
std::string cut(std::string_view text, std::size_t width);
// Filled up with spaces; two at least where it is longer.
std::string padded(std::string_view text, std::size_t width);
// In one line: control characters, also line ends, become spaces.
std::string one_line(std::string_view text);
// Lines as they are, but for what could command the terminal, or show text in another order than
// it is in: each such character becomes "?".
std::string harmless(std::string_view text);
// The same, but for the colours that `paint` makes.
std::string screen_text(const Style& style, std::string_view text);

}  // namespace rung::cli
