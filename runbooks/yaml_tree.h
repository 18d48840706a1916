#pragma once

#include "runbooks/source.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rung::runbooks {

struct Member;

// YAML as it was written: every key and value with its place, no scalar interpreted. Types come
// from the language's tables and never from YAML.
struct Node {
  enum class Kind : unsigned char { null, scalar, list, map };
  enum class Style : unsigned char { plain, single_quoted, double_quoted, literal, folded };

  Kind kind = Kind::null;
  Style style = Style::plain;
  bool is_broken = false;  // a mistake was reported here: say nothing more about it
  std::string text;        // of a scalar
  std::size_t begin = 0;   // where it begins in the source, bytes
  Position at;
  std::vector<Node> items;      // of a list
  std::vector<Member> members;  // of a map, in the author's order, no key twice

  const Member* member(std::string_view key) const;
};

struct Member {
  std::string key;
  Position at;
  Node value;
};

constexpr std::size_t kMaxSourceBytes = 1u << 20;
constexpr int kMaxDepth = 32;

// The one document in `report.source()`. Empty after a mistake that leaves nothing to look at;
// smaller ones (a duplicate key, a tag, an alias) are reported and the rest is still read.
std::optional<Node> parse_yaml(Report& report);

// Where the byte `offset` of a scalar's text stands in the source, through quotes, escapes, line
// folding and the indentation of block scalars.
Position place_in(const Source& source, const Node& scalar, std::size_t offset);

}  // namespace rung::runbooks
