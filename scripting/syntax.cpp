#include "scripting/syntax.h"

#include <algorithm>

namespace rung::scripting {
namespace {

bool is_identifier(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && is_letter(text[0]) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
  });
}

class Rewriter {
 public:
  explicit Rewriter(const Syntax& syntax) : syntax_(syntax) {}

  std::string print(int place) const {
    const Node& node = syntax_.at(place);
    switch (node.kind) {
      case Node::Kind::literal:
      case Node::Kind::name:
      case Node::Kind::steps:
        return node.name.empty() ? std::string(syntax_.text_of(place)) : node.name;
      case Node::Kind::member:
        return child(node, 0) +
               (is_identifier(node.name) ? "." + node.name : "[\"" + node.name + "\"]");
      case Node::Kind::index: return child(node, 0) + "[" + child(node, 1) + "]";
      case Node::Kind::call: return node.name + "(" + joined(node, ", ") + ")";
      case Node::Kind::list: return "{" + joined(node, ", ") + "}";
      case Node::Kind::map: return map(node);
      case Node::Kind::group: return "(" + child(node, 0) + ")";
      case Node::Kind::negative: return "-" + child(node, 0);
      case Node::Kind::negation: return "not " + child(node, 0);
      case Node::Kind::conjunction: return joined(node, " and ");
      case Node::Kind::disjunction: return joined(node, " or ");
      case Node::Kind::comparison:
      case Node::Kind::arithmetic: return child(node, 0) + " " + node.name + " " + child(node, 1);
    }
    return {};
  }

 private:
  std::string child(const Node& node, std::size_t i) const { return print(node.children[i]); }

  std::string joined(const Node& node, std::string_view separator) const {
    std::string out;
    for (const int place : node.children) {
      if (place != node.children.front()) out += separator;
      out += print(place);
    }
    return out;
  }

  std::string map(const Node& node) const {
    std::string out = "{";
    for (std::size_t i = 0; i < node.children.size(); i += 2) {
      const Node& key = syntax_.at(node.children[i]);
      if (i > 0) out += ", ";
      out += key.name.empty() ? "[" + child(node, i) + "]" : key.name;
      out += " = " + child(node, i + 1);
    }
    return out + "}";
  }

  const Syntax& syntax_;
};

}  // namespace

std::string rewrite(const Syntax& syntax) {
  return syntax.root < 0 ? std::string() : Rewriter(syntax).print(syntax.root);
}

std::string shorten(std::string_view text) {
  constexpr std::size_t kMost = 120;
  std::string out;
  for (const char c : text) {
    const bool is_space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!is_space)
      out.push_back(c);
    else if (!out.empty() && out.back() != ' ')
      out.push_back(' ');
    if (out.size() > kMost) break;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  if (out.size() <= kMost) return out;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(out[end]) >> 6) == 2) --end;
  return out.substr(0, end) + "...";
}

Position position_of(std::string_view text, int offset) {
  const auto before = text.substr(0, static_cast<std::size_t>(offset));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto newline = before.rfind('\n');
  const auto column =
      newline == std::string_view::npos ? before.size() : before.size() - newline - 1;
  return {static_cast<int>(lines) + 1, static_cast<int>(column) + 1};
}

}  // namespace rung::scripting
