#include "runbooks/fields.h"

#include "base/action_spec.h"
#include "runbooks/yaml_traps.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace rung::runbooks {
namespace {

std::string joined(const std::vector<std::string_view>& words, std::string_view between) {
  std::string out;
  for (const auto word : words) {
    if (!out.empty()) out += between;
    out += word;
  }
  return out;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_true(std::string_view text) {
  return text == "true";
}
bool is_bool(std::string_view text) {
  return text == "true" || text == "false";
}

// What the author probably wanted, as an example after "write".
std::string example(const Key& key, Shape shape) {
  const std::string name(key.name);
  switch (shape) {
    case Shape::text:
    case Shape::written: return name + ": \"text\"";
    case Shape::name: return name + ": a_name";
    case Shape::condition: return name + ": inputs.from != inputs.to";
    case Shape::duration: return name + ": 30s";
    case Shape::integer: return name + ": 3";
    case Shape::boolean: return name + ": true";
    case Shape::choice: return name + ": " + joined(key.choices, " | ");
    case Shape::texts: return name + ": [one, two]";
    case Shape::choices: return name + ": [" + joined(key.choices, ", ") + "]";
    case Shape::names: return name + ": [one, two]";
    case Shape::value: return name + ": a value";
    case Shape::values: return name + ": {name: value}";
    case Shape::list: return name + ": [program, argument]";
    case Shape::types: return name + ": {name: string}";
    case Shape::table: return name + ": {" + std::string(key.table->keys.front().name) + ": ...}";
    case Shape::tables:
      return name + ": a list, each beginning with `- " +
             std::string(key.table->keys.front().name) + ": ...`";
    case Shape::named:
      return name + ": {name: {" + std::string(key.table->keys.front().name) + ": ...}}";
  }
  return name;
}

std::string_view expected(Shape shape) {
  switch (shape) {
    case Shape::text:
    case Shape::written: return "text";
    case Shape::name: return "a name";
    case Shape::condition: return "an expression";
    case Shape::duration: return "a duration";
    case Shape::integer: return "a whole number";
    case Shape::boolean: return "true or false";
    case Shape::choice: return "one word";
    case Shape::texts:
    case Shape::choices:
    case Shape::names:
    case Shape::list: return "a list";
    case Shape::value: return "a value";
    case Shape::values:
    case Shape::types:
    case Shape::table:
    case Shape::named: return "a map";
    case Shape::tables: return "a list of maps";
  }
  return "";
}

bool has_kind(const Node& node, Shape shape) {
  switch (shape) {
    case Shape::text:
    case Shape::name:
    case Shape::written:
    case Shape::condition:
    case Shape::duration:
    case Shape::integer:
    case Shape::boolean:
    case Shape::choice: return node.kind == Node::Kind::scalar;
    case Shape::texts:
    case Shape::choices:
    case Shape::names:
    case Shape::list:
    case Shape::tables: return node.kind == Node::Kind::list;
    case Shape::values:
    case Shape::types:
    case Shape::table:
    case Shape::named: return node.kind == Node::Kind::map;
    case Shape::value: return true;
  }
  return false;
}

// Holds one value against one key; says whether it is good.
class ValueCheck {
 public:
  ValueCheck(const Member& member, const Key& key, Report& report)
      : member_(member), key_(key), report_(report) {}

  bool run() {
    const Node& node = member_.value;
    if (node.is_broken) return false;
    if (node.kind == Node::Kind::null && key_.shape != Shape::value) return report_empty();
    if (has_kind(node, key_.shape)) return check(node, key_.shape, key_.choices);
    if (key_.has_other && has_kind(node, key_.other))
      return check(node, key_.other, key_.other_choices);
    return report_kind(node, key_.shape);
  }

 private:
  std::string name() const { return "`" + std::string(key_.name) + "`"; }

  bool report_empty() {
    const auto line = report_.source().line(member_.at.line);
    const auto begin = static_cast<std::size_t>(member_.at.column) + member_.key.size();
    const auto hash = line.find('#', std::min(begin, line.size()));
    if (hash != std::string_view::npos) {
      report_.error({{member_.at.line, static_cast<int>(hash) + 1}},
                    name() + " is empty: YAML reads everything after # as a comment",
                    "write  " + example(key_, key_.shape));
      return false;
    }
    report_.error(place_of(member_), name() + " is empty",
                  "write  " + example(key_, key_.shape) + "  or remove the key");
    return false;
  }

  bool report_kind(const Node& node, Shape shape) {
    std::string fix = "write  " + example(key_, shape);
    if (shape == Shape::condition || shape == Shape::written || shape == Shape::text) {
      if (node.kind == Node::Kind::map) {
        fix = "quote it where it holds `: ` or begins with {:  " + std::string(key_.name) +
              ": \"...\"";
      }
    }
    report_.error(
        place_of(node),
        name() + " must be " + std::string(expected(shape)) + ", not " + std::string(what_is(node)),
        std::move(fix));
    return false;
  }

  bool check(const Node& node, Shape shape, const std::vector<std::string_view>& choices) {
    switch (shape) {
      case Shape::name: return check_name(node, key_.name, report_);
      case Shape::duration: return check_duration(node);
      case Shape::integer: return check_integer(node);
      case Shape::boolean:
        if (is_bool(node.text)) return true;
        report_.error(place_of(node), name() + " must be true or false, not `" + node.text + "`",
                      "write  " + std::string(key_.name) + ": true");
        return false;
      case Shape::choice: return check_choice(node, choices);
      case Shape::text:
      case Shape::written:
      case Shape::condition: return check_text(node);
      case Shape::texts:
      case Shape::choices:
      case Shape::names: return check_items(node, shape, choices);
      case Shape::types: return check_types(node);
      case Shape::tables:
      case Shape::named: return check_tables(node, shape);
      case Shape::value:
      case Shape::values:
      case Shape::list:
      case Shape::table: return true;
    }
    return false;
  }

  bool check_text(const Node& node) {
    if (node.text.find_first_not_of(" \t\n") != std::string::npos) return true;
    report_.error(place_of(node), name() + " is empty",
                  "write  " + example(key_, Shape::text) + "  or remove the key");
    return false;
  }

  bool check_duration(const Node& node) {
    const auto parsed = parse_duration(node.text);
    if (!parsed) {
      report_.error(place_of(node), name() + ": " + parsed.error().message(),
                    whole_number(node.text)
                        ? "write  " + std::string(key_.name) + ": " + node.text + "s"
                        : "write a number with its unit, as in 90s, 5m, 1h30m or 7d");
      return false;
    }
    if (parsed.value() > Duration::zero()) return true;
    report_.error(place_of(node), name() + " must be longer than 0",
                  "write a duration such as 30s, or remove the key");
    return false;
  }

  bool check_integer(const Node& node) {
    const auto number = whole_number(node.text);
    if (number && *number >= 1 && *number <= 1'000'000) return true;
    report_.error(place_of(node),
                  name() + " must be a whole number from 1 to 1000000, not `" + node.text + "`",
                  "write  " + std::string(key_.name) + ": 3");
    return false;
  }

  bool check_choice(const Node& node, const std::vector<std::string_view>& choices) {
    if (std::find(choices.begin(), choices.end(), node.text) != choices.end()) return true;
    const auto near = nearest(node.text, choices);
    report_.error(place_of(node),
                  name() + " cannot be `" + node.text + "`; it is " + joined(choices, ", "),
                  "write  " + std::string(key_.name) + ": " +
                      std::string(near.empty() ? choices.front() : near));
    return false;
  }

  bool check_items(const Node& list, Shape shape, const std::vector<std::string_view>& choices) {
    bool good = true;
    for (const auto& item : list.items) {
      if (item.is_broken) {
        good = false;
      } else if (item.kind != Node::Kind::scalar) {
        report_.error(place_of(item),
                      name() + " is a list of text, and this is " + std::string(what_is(item)),
                      "write  " + example(key_, shape));
        good = false;
      } else if (shape == Shape::choices) {
        good = check_choice_item(item, choices) && good;
      } else if (shape == Shape::names) {
        good = check_name(item, key_.name, report_) && good;
      }
    }
    return good;
  }

  bool check_choice_item(const Node& item, const std::vector<std::string_view>& choices) {
    if (std::find(choices.begin(), choices.end(), item.text) != choices.end()) return true;
    const auto near = nearest(item.text, choices);
    report_.error(
        place_of(item),
        "`" + item.text + "` is none of those that " + name() + " knows: " + joined(choices, ", "),
        near.empty() ? "write  " + example(key_, Shape::choices)
                     : "did you mean " + std::string(near) + "?");
    return false;
  }

  bool check_types(const Node& map) {
    bool good = true;
    for (const auto& member : map.members) {
      if (member.value.kind == Node::Kind::scalar && parse_type(member.value.text)) continue;
      good = false;
      if (member.value.is_broken) continue;
      const std::vector<std::string_view> types{"any",  "string",   "int",  "number",
                                                "bool", "duration", "size", "percent",
                                                "time", "list",     "map"};
      const auto near = nearest(member.value.text, types);
      report_.error(place_of(member.value),
                    "`" + member.key + "` needs a type: " + joined(types, ", "),
                    "write  " + member.key + ": " + std::string(near.empty() ? "string" : near));
    }
    return good;
  }

  bool check_tables(const Node& node, Shape shape) {
    bool good = true;
    const auto check_one = [&](const Node& item) {
      if (item.kind == Node::Kind::map || item.is_broken) return;
      good = false;
      report_.error(
          place_of(item),
          "each entry of " + name() + " must be a map, and this is " + std::string(what_is(item)),
          "write  " + example(key_, shape));
    };
    for (const auto& item : node.items) check_one(item);
    for (const auto& member : node.members) {
      if (member.value.kind == Node::Kind::null && !member.value.is_broken) {
        good = false;
        report_.error(place_of(member), "`" + member.key + "` is empty",
                      "write  " + example(key_, shape));
      } else {
        check_one(member.value);
      }
    }
    // The good entries are still worth a look: the reader skips those that are no maps.
    return good || !node.items.empty() || !node.members.empty();
  }

  const Member& member_;
  const Key& key_;
  Report& report_;
};

}  // namespace

Fields::Fields(const Node& map, const Table& table, Report& report)
    : map_(map), table_(table), report_(report) {
  for (const auto& member : map.members) check_member(member);
  report_missing();
}

void Fields::check_member(const Member& member) {
  const Key* key = table_.find(member.key);
  if (key == nullptr) return report_unknown(member);
  if (ValueCheck(member, *key, report_).run()) good_.push_back(&member);
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

void Fields::report_missing() const {
  if (map_.is_broken) return;
  for (const auto& key : table_.keys) {
    if (!key.is_required || has(key.name)) continue;
    report_.error(place_of(map_),
                  std::string(table_.what) + " needs `" + std::string(key.name) + "`",
                  "add  " + example(key, key.shape));
  }
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
  return node != nullptr && is_true(node->text);
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

}  // namespace rung::runbooks
