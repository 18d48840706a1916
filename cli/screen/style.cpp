#include "cli/screen/style.h"

#include "base/display_width.h"
#include "base/utf8.h"

#include <algorithm>
#include <array>

namespace rung::cli {
namespace {

std::string_view code_of(Tone tone) {
  switch (tone) {
    case Tone::plain: return "";
    case Tone::strong: return "1";
    case Tone::dim: return "2";
    case Tone::good: return "32";
    case Tone::bad: return "31;1";
    case Tone::busy: return "36";
    case Tone::asks: return "33;1";
  }
  return "";
}

// What stands first in a text: a character, or a colour, which takes no column.
struct Piece {
  std::size_t length = 0;  // bytes
  std::size_t columns = 0;
};

Piece first_piece(std::string_view text) {
  if (text.starts_with("\033[")) return {std::min(text.find('m'), text.size() - 1) + 1, 0};
  const Utf8Character character = first_character(text);
  return {character.length, display_width(character.code_point)};
}

// C0 but for line ends and tabs, DEL, C1, and what turns the direction of text around.
bool is_command(char32_t c) {
  const bool is_c0 = c < 0x20 && c != U'\n' && c != U'\t';
  const bool is_c1 = c >= 0x7F && c < 0xA0;
  const bool is_direction =
      (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F;
  return is_c0 || is_c1 || is_direction;
}

// Of a byte that is no UTF-8: 8-bit terminals take these for C1.
bool is_raw_command(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 && byte < 0xA0;
}

// Of the sequence that `text` begins with; 0: it is none of ours.
std::size_t length_of_colour(std::string_view text) {
  constexpr std::array kTones = {Tone::strong, Tone::dim,  Tone::good,
                                 Tone::bad,    Tone::busy, Tone::asks};
  if (text.starts_with("\033[0m")) return 4;
  for (const Tone tone : kTones) {
    const std::string sequence = "\033[" + std::string(code_of(tone)) + "m";
    if (text.starts_with(sequence)) return sequence.size();
  }
  return 0;
}

}  // namespace

std::string paint(const Style& style, Tone tone, std::string_view text) {
  const std::string_view code = code_of(tone);
  if (!style.has_color || code.empty() || text.empty()) return std::string(text);
  return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const Piece piece = first_piece(text);
    count += piece.columns;
    text.remove_prefix(piece.length);
  }
  return count;
}

std::string clipped(std::string_view text, std::size_t width) {
  std::string out;
  std::size_t used = 0;
  bool is_painted = false;
  while (!text.empty()) {
    const Piece piece = first_piece(text);
    used += piece.columns;
    if (used > width) return out + (is_painted ? "\033[0m" : "");
    is_painted = is_painted || text.front() == '\033';
    out += text.substr(0, piece.length);
    text.remove_prefix(piece.length);
  }
  return out;
}

std::string fitted(std::string_view text, std::size_t width) {
  const std::size_t has = columns(text);
  if (has <= width) return std::string(text) + std::string(width - has, ' ');
  if (width <= 3) return std::string(width, '.');
  const std::string kept = clipped(text, width - 3);
  // A wide character that has only half its room is left out.
  return kept + std::string(width - columns(kept), '.');
}

std::string fitted_end(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return fitted(text, width);
  while (columns(text) > width - 3) text.remove_prefix(first_character(text).length);
  return fitted("..." + std::string(text), width);
}

std::string cut(std::string_view text, std::size_t width) {
  return columns(text) <= width ? std::string(text) : fitted(text, width);
}

std::string padded(std::string_view text, std::size_t width) {
  const std::size_t has = columns(text);
  return std::string(text) + std::string(has < width ? width - has : 2, ' ');
}

std::string harmless(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Utf8Character character = first_character(text);
    if (character.is_valid ? is_command(character.code_point) : is_raw_command(text.front())) {
      out += '?';
    } else {
      out += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
  return out;
}

std::string screen_text(const Style& style, std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t escape = std::min(text.find('\033'), text.size());
    out += harmless(text.substr(0, escape));
    text.remove_prefix(escape);
    const std::size_t colour = style.has_color ? length_of_colour(text) : 0;
    const std::size_t length = std::max<std::size_t>(colour, text.empty() ? 0 : 1);
    out += colour > 0 ? std::string(text.substr(0, colour)) : harmless(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (is_control && (out.empty() || out.back() == ' ')) continue;
    out += is_control ? ' ' : c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace rung::cli
