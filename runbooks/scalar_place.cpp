#include "runbooks/yaml_tree.h"

#include <algorithm>

namespace rung::runbooks {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t end_of_line(std::string_view text, std::size_t from) {
  const auto end = text.find('\n', from);
  return end == std::string_view::npos ? text.size() : end + 1;
}

// Bytes of source for one escape in double quotes, and how many bytes of text it makes.
struct Escape {
  std::size_t source = 2;
  std::size_t text = 1;
};

Escape escape_at(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return {1, 0};
  const auto code_of = [&](std::size_t digits) {
    unsigned long code = 0;
    for (std::size_t i = 0; i < digits && at + 2 + i < text.size(); ++i) {
      const char c = text[at + 2 + i];
      const auto digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
      code = code * 16 + static_cast<unsigned long>(std::clamp(digit, 0, 15));
    }
    return code;
  };
  const auto unicode = [&](std::size_t digits) {
    const auto code = code_of(digits);
    const std::size_t bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    return Escape{2 + digits, bytes};
  };
  switch (text[at + 1]) {
    case 'x': return unicode(2);
    case 'u': return unicode(4);
    case 'U': return unicode(8);
    case 'N':
    case '_': return {2, 2};
    case 'L':
    case 'P': return {2, 3};
    case '\n':
    case '\r': return {2, 0};
    default: return {2, 1};
  }
}

// Where the literal block's first line begins, and how far it is indented.
struct Block {
  std::size_t first = 0;
  std::size_t indent = 0;
};

Block block_at(std::string_view text, std::size_t begin) {
  Block block{end_of_line(text, begin), 0};
  for (std::size_t at = block.first; at < text.size(); at = end_of_line(text, at)) {
    const auto content = text.find_first_not_of(' ', at);
    if (content == std::string_view::npos) break;
    if (text[content] == '\n' || text[content] == '\r') continue;
    block.indent = content - at;
    break;
  }
  const auto header = text.substr(begin, end_of_line(text, begin) - begin);
  if (const auto digit = header.find_first_of("123456789#");
      digit != std::string_view::npos && header[digit] != '#') {
    const auto line_start =
        text.rfind('\n', begin) == std::string_view::npos ? 0 : text.rfind('\n', begin) + 1;
    const auto parent = text.find_first_not_of(' ', line_start) - line_start;
    block.indent = parent + static_cast<std::size_t>(header[digit] - '0');
  }
  return block;
}

std::size_t literal_offset(std::string_view text, const Node& scalar, std::size_t offset) {
  const auto before = std::string_view(scalar.text).substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto last = before.rfind('\n');
  const auto column = last == std::string_view::npos ? before.size() : before.size() - last - 1;
  const Block block = block_at(text, scalar.begin);
  auto at = block.first;
  for (std::ptrdiff_t i = 0; i < lines; ++i) at = end_of_line(text, at);
  return at + block.indent + column;
}

// Walks source and value side by side: what YAML folded away is blank in the source.
std::size_t folded_offset(std::string_view text, const Node& scalar, std::size_t offset) {
  const bool is_double = scalar.style == Node::Style::double_quoted;
  const bool is_single = scalar.style == Node::Style::single_quoted;
  std::size_t at = scalar.begin;
  if (is_double || is_single) ++at;
  if (scalar.style == Node::Style::folded) at = block_at(text, at).first;
  std::size_t value = 0;
  while (value < offset && at < text.size()) {
    if (is_double && text[at] == '\\') {
      const Escape escape = escape_at(text, at);
      at += escape.source;
      value += escape.text;
    } else if (is_single && text.substr(at, 2) == "''") {
      at += 2;
      ++value;
    } else if (text[at] == scalar.text[value]) {
      ++at;
      ++value;
    } else if (is_blank(text[at])) {
      const bool is_break = text[at] == '\n';
      ++at;
      if (is_break && is_blank(scalar.text[value])) ++value;
    } else {
      break;
    }
  }
  while (at < text.size() && is_blank(text[at]) && value < scalar.text.size() &&
         !is_blank(scalar.text[value])) {
    ++at;
  }
  return at;
}

}  // namespace

Position place_in(const Source& source, const Node& scalar, std::size_t offset) {
  offset = std::min(offset, scalar.text.size());
  const auto text = source.text();
  if (scalar.kind != Node::Kind::scalar) return scalar.at;
  if (scalar.style == Node::Style::literal) {
    return source.position_of(literal_offset(text, scalar, offset));
  }
  return source.position_of(folded_offset(text, scalar, offset));
}

}  // namespace rung::runbooks
