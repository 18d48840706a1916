#include "cli/screen/style.h"

#include "base/utf8.h"

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

}  // namespace

std::string paint(const Style& style, Tone tone, std::string_view text) {
  const std::string_view code = code_of(tone);
  if (!style.has_color || code.empty() || text.empty()) return std::string(text);
  return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    if (text.starts_with("\033[")) {
      const std::size_t end = text.find('m');
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      continue;
    }
    text.remove_prefix(first_character(text).length);
    ++count;
  }
  return count;
}

std::string fitted(std::string_view text, std::size_t width) {
  const std::size_t has = columns(text);
  if (has <= width) return std::string(text) + std::string(width - has, ' ');
  if (width <= 3) return std::string(width, '.');
  std::string out;
  for (std::size_t used = 0; used < width - 3; ++used) {
    const std::size_t length = first_character(text).length;
    out += text.substr(0, length);
    text.remove_prefix(length);
  }
  return out + "...";
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
  unsigned char before = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_layout = c == '\n' || c == '\t';
    const bool is_control = (byte < 0x20 && !is_layout) || byte == 0x7f;
    const bool is_c1 = before == 0xc2 && byte >= 0x80 && byte < 0xa0;  // U+0080 to U+009F
    if (is_c1) out.pop_back();
    out += is_control || is_c1 ? '?' : c;
    before = byte;
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
