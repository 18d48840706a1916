#include "runbooks/fields.h"

#include "base/words.h"
#include "runbooks/value_check.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {

Fields::Fields(const Node& map, const Table& table, Report& report)
    : map_(map), table_(table), report_(report) {
  for (const auto& member : map.members) check_member(member);
  report_missing();
}

void Fields::check_member(const Member& member) {
  const Key* key = table_.find(member.key);
  if (key == nullptr) return table_.is_open ? void() : report_unknown(member);
  if (check_value(member, *key, report_)) good_.push_back(&member);
}

void Fields::report_unknown(const Member& member) const {
  const auto name = "`" + member.key + "`";
  const auto& later = table_.later;
  if (std::find(later.begin(), later.end(), member.key) != later.end()) {
    report_.error(place_of(member),
                  name + " is part of the language but this rung (0.1) does not have it yet",
                  "leave it out, or use a later rung");
    return;
  }
  std::vector<std::string_view> known;
  for (const auto& key : table_.keys) known.push_back(key.name);
  std::string_view meant = nearest(member.key, known);
  for (const auto& [foreign, ours] : table_.elsewhere) {
    if (foreign == member.key) meant = ours;
  }
  const auto what = std::string(table_.what);
  report_.error(place_of(member), what + " has no key " + name,
                meant.empty() ? "the keys of " + what + " are " + joined(known, ", ")
                              : "did you mean " + std::string(meant) +
                                    (meant.find(':') == std::string_view::npos ? ":?" : "?"));
}

// Whether a key of another tool's stands where this one should: that was reported already.
bool Fields::is_misnamed(std::string_view key) const {
  const auto means = [&](const auto& pair) { return pair.second == key && has(pair.first); };
  return std::any_of(table_.elsewhere.begin(), table_.elsewhere.end(), means);
}

void Fields::report_missing() const {
  if (map_.is_broken) return;
  for (const auto& key : table_.keys) {
    if (!key.is_required || has(key.name) || is_misnamed(key.name)) continue;
    report_.error(place_of(map_),
                  std::string(table_.what) + " needs `" + std::string(key.name) + "`",
                  "add  " + example(key, key.shape));
  }
}

bool Fields::has_unknown() const {
  return std::any_of(map_.members.begin(), map_.members.end(),
                     [&](const Member& m) { return table_.find(m.key) == nullptr; });
}

const Node* Fields::get(std::string_view key) const {
  const auto found =
      std::find_if(good_.begin(), good_.end(), [&](const Member* m) { return m->key == key; });
  return found == good_.end() ? nullptr : &(*found)->value;
}

Report::Place Fields::place(std::string_view key) const {
  const Member* member = written(key);
  return member == nullptr ? runbooks::place_of(map_) : runbooks::place_of(*member);
}

std::string Fields::text(std::string_view key) const {
  const Node* node = get(key);
  return node == nullptr ? "" : node->text;
}

std::optional<Duration> Fields::duration(std::string_view key) const {
  const Node* node = get(key);
  if (node == nullptr) return std::nullopt;
  return parse_duration(node->text).value();
}

std::optional<std::int64_t> Fields::integer(std::string_view key) const {
  const Node* node = get(key);
  return node == nullptr ? std::nullopt : whole_number(node->text);
}

bool Fields::boolean(std::string_view key) const {
  const Node* node = get(key);
  return node != nullptr && node->text == "true";
}

std::vector<std::string> Fields::texts(std::string_view key) const {
  std::vector<std::string> out;
  if (const Node* node = get(key)) {
    for (const auto& item : node->items) out.push_back(item.text);
  }
  return out;
}

Report::Place place_of(const Node& node) {
  if (node.kind != Node::Kind::scalar || node.style != Node::Style::plain) return {node.at, 1};
  return {node.at, static_cast<int>(
                       std::max<std::size_t>(1, node.text.substr(0, node.text.find('\n')).size()))};
}

Report::Place place_of(const Member& member) {
  return {member.at, static_cast<int>(std::max<std::size_t>(1, member.key.size()))};
}

Explained explain(const Error& error, std::string otherwise) {
  const auto& said = error.message();
  for (const std::string_view hint : {"; write ", ": did you mean "}) {
    const auto at = said.rfind(hint);
    if (at != std::string::npos) return {said.substr(0, at), said.substr(at + 2)};
  }
  return {said, std::move(otherwise)};
}

std::string_view what_is(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null: return "empty";
    case Node::Kind::scalar: return "text";
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "a map";
  }
  return "";
}

bool is_name(std::string_view text) {
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  if (text.empty() || text.size() > 64 || !is_small(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_small(c) || (c >= '0' && c <= '9') || c == '_'; });
}

bool check_name(const Node& node, std::string_view what, Report& report) {
  if (is_name(node.text)) return true;
  std::string could;
  for (const char c : node.text.substr(0, 60)) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (c >= 'A' && c <= 'Z')
      could += static_cast<char>(c - 'A' + 'a');
    else
      could += is_letter ? c : '_';
  }
  if (could.empty() || could.front() < 'a' || could.front() > 'z') could.insert(0, "a_");
  const bool has_hyphen = node.text.find('-') != std::string::npos;
  report.error(
      place_of(node),
      "`" + node.text.substr(0, 60) + "` is no name for `" + std::string(what) + "`: " +
          (has_hyphen
               ? "an expression would read `-` as minus"
               : "a name has small letters, digits and _, at most 64, beginning with a letter"),
      "write  " + could);
  return false;
}

bool check_key_name(const Member& member, std::string_view what, Report& report) {
  Node name;
  name.kind = Node::Kind::scalar;
  name.text = member.key;
  name.at = member.at;
  return check_name(name, what, report);
}

}  // namespace rung::runbooks
