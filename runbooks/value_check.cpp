#include "runbooks/value_check.h"

#include "base/action_spec.h"
#include "base/words.h"
#include "runbooks/fields.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace rung::runbooks {
namespace {

bool is_bool(std::string_view text) {
  return text == "true" || text == "false";
}

// Only an input can be a site: what is no site of the project is refused before the run.
bool is_output_type(std::string_view word) {
  return word != name_of(Type::site) && parse_type(word).has_value();
}

// The choice that `word` may have meant: `integer` for int, `str` for string, a slip of the finger.
std::string_view meant_by(std::string_view word, const std::vector<std::string_view>& choices) {
  for (const auto choice : choices) {
    if (word.size() >= 3 && (word.starts_with(choice) || choice.starts_with(word))) return choice;
  }
  return nearest(word, choices);
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
    case Shape::sequences:
    case Shape::named: return "a map";
    case Shape::entries: return "a list";
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
    case Shape::entries:
    case Shape::tables: return node.kind == Node::Kind::list;
    case Shape::values:
    case Shape::types:
    case Shape::table:
    case Shape::sequences:
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
      const auto meant = line.find_first_not_of("# ", hash);
      report_.error(
          {{member_.at.line, static_cast<int>(hash) + 1}},
          name() + " is empty: YAML reads everything after # as a comment",
          "write  " + (meant == std::string_view::npos
                           ? example(key_, key_.shape)
                           : std::string(key_.name) + ": " + std::string(line.substr(meant))));
      return false;
    }
    report_.error(place_of(member_), name() + " is empty",
                  "write  " + example(key_, key_.shape) + "  or remove the key");
    return false;
  }

  // What was written, in the shape that was wanted.
  std::string reshaped(const Node& node, Shape shape) const {
    const std::string key(key_.name);
    const bool wants_list = shape == Shape::texts || shape == Shape::names ||
                            shape == Shape::list || shape == Shape::entries;
    if (wants_list && node.kind == Node::Kind::scalar &&
        node.text.find_first_of("\n,[]{}\"'") == std::string::npos) {
      std::string words = node.text;
      for (std::size_t at = 0; (at = words.find(' ', at)) != std::string::npos; at += 2)
        words.replace(at, 1, ", ");
      return "write  " + key + ": [" + words + "]" +
             (key == "command" ? "  or  shell: " + node.text : "");
    }
    if (key == "shell" && node.kind == Node::Kind::list)
      return "write  command: [...]  for a program and its arguments";
    const bool wants_text =
        shape == Shape::condition || shape == Shape::written || shape == Shape::text;
    if (wants_text && node.kind == Node::Kind::map) {
      return "quote it where it holds `: ` or begins with {:  " + key + ": \"...\"";
    }
    return "write  " + example(key_, shape);
  }

  bool report_kind(const Node& node, Shape shape) {
    report_.error(
        place_of(node),
        name() + " must be " + std::string(expected(shape)) + ", not " + std::string(what_is(node)),
        reshaped(node, shape));
    return false;
  }

  bool check(const Node& node, Shape shape, const std::vector<std::string_view>& choices) {
    switch (shape) {
      case Shape::name: return check_name(node, key_.name, report_);
      case Shape::duration: return check_duration(node);
      case Shape::integer: return check_integer(node);
      case Shape::boolean: return check_boolean(node);
      case Shape::choice: return check_choice(node, choices);
      case Shape::text:
      case Shape::written:
      case Shape::condition: return check_text(node);
      case Shape::texts:
      case Shape::choices:
      case Shape::names: return check_items(node, shape, choices);
      case Shape::types: return check_types(node);
      case Shape::entries:
      case Shape::tables:
      case Shape::sequences:
      case Shape::named: return check_tables(node);
      case Shape::value:
      case Shape::values:
      case Shape::list:
      case Shape::table: return true;
    }
    return false;
  }

  bool check_boolean(const Node& node) {
    if (is_bool(node.text)) return true;
    report_.error(place_of(node), name() + " must be true or false, not `" + node.text + "`",
                  "write  " + std::string(key_.name) + ": true");
    return false;
  }

  bool check_text(const Node& node) {
    if (node.text.find_first_not_of(" \t\n") != std::string::npos) return true;
    report_.error(place_of(node), name() + " is empty",
                  "write  " + example(key_, key_.shape) + "  or remove the key");
    return false;
  }

  bool check_duration(const Node& node) {
    const auto parsed = parse_duration(node.text);
    if (!parsed) {
      auto said = explain(parsed.error(), "write a number with its unit, as in 90s, 5m or 1h30m");
      report_.error(place_of(node), name() + ": " + said.message, std::move(said.fix));
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
    const auto near = meant_by(node.text, choices);
    report_.error(place_of(node),
                  name() + " cannot be `" + node.text + "`; it is " + joined(choices, ", "),
                  near.empty() ? "write one of these words"
                               : "write  " + std::string(key_.name) + ": " + std::string(near));
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
    const auto near = meant_by(item.text, choices);
    report_.error(
        place_of(item),
        "`" + item.text + "` is none of those that " + name() + " knows: " + joined(choices, ", "),
        near.empty() ? "remove it, or write one of these words"
                     : "did you mean " + std::string(near) + "?");
    return false;
  }

  bool check_types(const Node& map) {
    bool good = true;
    for (const auto& member : map.members) {
      if (member.value.kind == Node::Kind::scalar && is_output_type(member.value.text)) continue;
      good = false;
      if (member.value.is_broken) continue;
      const std::vector<std::string_view> types{"any",  "string",   "int",  "number",
                                                "bool", "duration", "size", "percent",
                                                "time", "list",     "map"};
      const auto near = meant_by(member.value.text, types);
      report_.error(place_of(member.value),
                    "`" + member.key + "` needs a type: " + joined(types, ", "),
                    "write  " + member.key + ": " + std::string(near.empty() ? "string" : near));
    }
    return good;
  }

  bool check_tables(const Node& node) {
    bool good = true;
    const std::string first(key_.table->keys.front().name);
    const auto check_one = [&](const Node& item, const std::string& before) {
      if (item.kind == Node::Kind::map || item.is_broken) return;
      if (key_.shape == Shape::sequences && item.kind == Node::Kind::list) return;
      if (key_.shape == Shape::entries && item.kind == Node::Kind::scalar) return;
      good = false;
      const bool is_text = item.kind == Node::Kind::scalar && item.text.size() < 60;
      report_.error(
          place_of(item),
          "each entry of " + name() + " must be a map, and this is " + std::string(what_is(item)),
          "write  " + before + "{" + first + ": " + (is_text ? item.text : "...") + "}");
    };
    for (const auto& item : node.items) check_one(item, "- ");
    for (const auto& member : node.members) {
      if (member.value.kind == Node::Kind::null && !member.value.is_broken) {
        good = false;
        report_.error(place_of(member), "`" + member.key + "` is empty",
                      "write  " + member.key + ": {" + first + ": ...}");
      } else {
        check_one(member.value, member.key + ": ");
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

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

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
    case Shape::entries:
      return name + ": [one, {" + std::string(key.table->keys.front().name) + ": two, ...}]";
    case Shape::types: return name + ": {name: string}";
    case Shape::table: return name + ": {" + std::string(key.table->keys.front().name) + ": ...}";
    case Shape::tables:
      return name + ": a list, each beginning with `- " +
             std::string(key.table->keys.front().name) + ": ...`";
    case Shape::named:
    case Shape::sequences:
      return name + ": {name: {" + std::string(key.table->keys.front().name) + ": ...}}";
  }
  return name;
}

bool check_value(const Member& member, const Key& key, Report& report) {
  return ValueCheck(member, key, report).run();
}

}  // namespace rung::runbooks
