#include "runbooks/yaml_tree.h"

#include "runbooks/yaml_traps.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

namespace rung::runbooks {
namespace {

constexpr std::size_t kMaxNodes = 100'000;

// Left to the parser's caller when going on makes no sense; never leaves this file.
struct Stop {
  Diagnostic why;
};

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Report& report) : report_(report), source_(report.source()) {}

  std::optional<Node> take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_) {
      stop(position(mark), "a second document begins here (`---`); a file holds one",
           "remove the `---`, or move what follows into a file of its own");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    Node node = start(mark);
    const bool is_written = text_at(node.begin).starts_with('~') ||
                            text_at(node.begin).starts_with('n') ||
                            text_at(node.begin).starts_with('N');
    // An empty value's mark is that of whatever follows: the key says better where it is missing.
    if (!is_written && !stack_.empty() && stack_.back().key) node.at = stack_.back().key->at;
    add(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Node node = start(mark);
    if (aliases_++ == 0) {
      report_.error({node.at}, "YAML aliases (`*name`) are not part of the language",
                    "write the value out here, or name it once under `vars:` and use "
                    "\"{{ vars.name }}\"");
    }
    node.is_broken = true;
    add(std::move(node));
  }

  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    if (anchors_++ > 0) return;
    report_.error({position(mark)}, "YAML anchors (`&" + name + "`) are not part of the language",
                  "remove `&" + name + "`; a value that is needed twice goes under `vars:`");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& text) override {
    Node node = start(mark);
    node.kind = Node::Kind::scalar;
    node.text = text;
    node.style = style_at(node.begin, tag);
    check_tag(node, tag);
    check_quote(node);
    if (awaits_key()) return set_key(std::move(node));
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, Node::Kind::list);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, Node::Kind::map);
    Node& node = stack_.back().node;
    if (!text_at(node.begin).starts_with("{{")) return;
    if (!is_inside_broken()) report_.add(explain_bare_braces(source_, node.begin));
    node.is_broken = true;
  }
  void OnMapEnd() override { close(); }

 private:
  struct Key {
    std::string text;
    Position at;
    bool is_dropped = false;
  };
  struct Open {
    Node node;
    std::optional<Key> key;
    std::map<std::string, Position, std::less<>> keys;  // accepted, so that a long map stays quick
    bool is_key = false;  // the container itself stands where a key should
  };

  static Position position(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }
  std::string_view text_at(std::size_t offset) const {
    return source_.text().substr(std::min(offset, source_.text().size()));
  }
  [[noreturn]] void stop(Position at, std::string message, std::string fix) const {
    throw Stop{{Severity::error, source_.file(), at, 1, std::move(message), std::move(fix)}};
  }

  Node start(const YAML::Mark& mark) {
    if (++nodes_ > kMaxNodes) {
      stop(position(mark), "the file has more than 100000 values",
           "split it into several runbooks");
    }
    Node node;
    node.at = position(mark);
    node.begin = source_.offset_of(node.at);
    return node;
  }

  Node::Style style_at(std::size_t begin, const std::string& tag) const {
    if (tag == "?") return Node::Style::plain;
    const auto text = text_at(begin);
    if (text.starts_with('"')) return Node::Style::double_quoted;
    if (text.starts_with('\'')) return Node::Style::single_quoted;
    if (text.starts_with('|')) return Node::Style::literal;
    if (text.starts_with('>')) return Node::Style::folded;
    return Node::Style::plain;
  }

  void check_tag(Node& node, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    report_.error({node.at}, "YAML tags are not part of the language: types come from the field",
                  "remove the tag and keep the value");
    node.is_broken = true;
  }

  // yaml-cpp reads a quote that is never closed up to the end of the file, without a word.
  void check_quote(const Node& node) const {
    if (has_closing_quote(source_, node)) return;
    stop(node.at, "this quote is never closed", "add the closing quote" + std::string(kFixFirst));
  }

  bool awaits_key() const {
    return !stack_.empty() && stack_.back().node.kind == Node::Kind::map && !stack_.back().key;
  }
  bool is_inside_broken() const {
    return stack_.size() > 1 && stack_[stack_.size() - 2].node.is_broken;
  }

  void set_key(Node node) {
    Open& map = stack_.back();
    Key key{node.text, node.at};
    if (!map.node.is_broken) key.is_dropped = !accept_key(map, node);
    map.key = std::move(key);
  }

  bool accept_key(Open& map, const Node& key) {
    const auto length = static_cast<int>(std::max<std::size_t>(key.text.size(), 1));
    if (key.text == "<<" && key.style == Node::Style::plain) {
      report_.error({key.at, 2}, "YAML merge keys (`<<`) are not part of the language",
                    "write the keys out here");
      return false;
    }
    const auto [first, is_new] = map.keys.emplace(key.text, key.at);
    if (!is_new) {
      report_.error({key.at, length},
                    "`" + key.text + "` is here twice: the first is in line " +
                        std::to_string(first->second.line),
                    "remove one of the two");
      return false;
    }
    return !key.is_broken;
  }

  void open(const YAML::Mark& mark, const std::string& tag, Node::Kind kind) {
    Node node = start(mark);
    node.kind = kind;
    if (stack_.size() >= static_cast<std::size_t>(kMaxDepth)) {
      stop(node.at, "nested deeper than " + std::to_string(kMaxDepth) + " levels",
           "flatten it; a step's lists and maps seldom need more than a few levels");
    }
    check_tag(node, tag);
    const bool is_key = awaits_key();
    if (!stack_.empty() && stack_.back().node.is_broken) node.is_broken = true;
    stack_.push_back({std::move(node), std::nullopt, {}, is_key});
  }

  void close() {
    Open done = std::move(stack_.back());
    stack_.pop_back();
    Node& node = done.node;
    if (node.is_broken) {
      node.items.clear();
      node.members.clear();
      node.kind = Node::Kind::null;
    }
    if (!done.is_key) return add(std::move(node));
    Open& map = stack_.back();
    if (!node.is_broken && !map.node.is_broken) {
      report_.error({node.at}, "a key must be plain text, not a list or a map",
                    "quote it if it is text: \"...\":");
    }
    map.key = Key{"", node.at, true};
  }

  void add(Node node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = stack_.back();
    if (parent.node.kind == Node::Kind::list) {
      parent.node.items.push_back(std::move(node));
      return;
    }
    if (!parent.key) {  // an empty or aliased key
      parent.key = Key{"", node.at, true};
      if (!parent.node.is_broken && !node.is_broken) {
        report_.error({node.at}, "a key is missing before `:`", "write  key: value");
      }
      return;
    }
    Key key = std::move(*parent.key);
    parent.key.reset();
    if (key.is_dropped || parent.node.is_broken) return;
    parent.node.members.push_back({std::move(key.text), key.at, std::move(node)});
  }

  Report& report_;
  const Source& source_;
  std::vector<Open> stack_;
  std::optional<Node> root_;
  std::size_t nodes_ = 0;
  std::size_t aliases_ = 0;  // the first of each is reported: it tells all there is to know
  std::size_t anchors_ = 0;
};

}  // namespace

const Member* Node::member(std::string_view key) const {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.key == key; });
  return found == members.end() ? nullptr : &*found;
}

std::optional<Node> parse_yaml(Report& report) {
  const Source& source = report.source();
  if (auto broken = check_bytes(source)) {
    report.add(std::move(*broken));
    return std::nullopt;
  }
  TreeBuilder builder(report);
  try {
    std::istringstream in{std::string(source.text())};
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stop) {
    report.add(stop.why);
    return std::nullopt;
  } catch (const YAML::Exception& e) {
    report.add(explain_syntax_error(source, {e.mark.line + 1, e.mark.column + 1}, e.msg));
    return std::nullopt;
  }
  auto root = builder.take();
  if (!root)
    report.error({{1, 1}}, "the file is empty", "`rung init` writes a runbook to start from");
  return root;
}

}  // namespace rung::runbooks
