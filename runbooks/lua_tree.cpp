#include "runbooks/lua_tree.h"

#include "base/utf8.h"
#include "scripting/program.h"

#include <utility>

namespace rung::runbooks {
namespace {

using scripting::Built;

// Where the text of a literal begins: YAML's quoted style skips one byte, as the long brackets and
// the quotes of Lua want it.
std::size_t quote_of(std::string_view source, std::size_t offset) {
  if (offset >= source.size() || source[offset] != '[') return offset;
  const std::size_t edge = source.find('[', offset + 1);
  if (edge == std::string_view::npos) return offset;
  return source.substr(edge + 1).starts_with('\n') ? edge + 1 : edge;
}

Node node_of(Built built, const Source& source) {
  Node node;
  node.begin = built.offset;
  node.at = source.position_of(built.offset);
  node.text = std::move(built.text);
  switch (built.kind) {
    case Built::Kind::null: node.kind = Node::Kind::null; break;
    case Built::Kind::word: node.kind = Node::Kind::scalar; break;
    case Built::Kind::text:
      node.kind = Node::Kind::scalar;
      node.begin = quote_of(source.text(), built.offset);
      node.style = source.text().substr(built.offset).starts_with('"') ? Node::Style::double_quoted
                                                                       : Node::Style::single_quoted;
      break;
    case Built::Kind::list:
      node.kind = Node::Kind::list;
      for (Built& item : built.items) node.items.push_back(node_of(std::move(item), source));
      break;
    case Built::Kind::map:
      node.kind = Node::Kind::map;
      for (Built::Member& member : built.members) {
        node.members.push_back({std::move(member.key), source.position_of(member.offset),
                                node_of(std::move(member.value), source)});
      }
      break;
  }
  return node;
}

}  // namespace

bool is_lua_file(std::string_view file) {
  return file.ends_with(".lua");
}

std::optional<Node> parse_lua(Report& report) {
  const Source& source = report.source();
  if (!is_utf8(source.text())) {
    report.error({{1, 1}}, "the file is not UTF-8", "save it as UTF-8");
    return std::nullopt;
  }
  const std::string& path = source.file();
  auto program = scripting::run_program(source.text(), path.substr(path.rfind('/') + 1));
  for (Diagnostic& found : program.diagnostics) {
    found.file = source.file();
    report.add(std::move(found));
  }
  if (!program.root) return std::nullopt;
  return node_of(std::move(*program.root), source);
}

}  // namespace rung::runbooks
