#include "runbooks/value_reader.h"

#include "runbooks/fields.h"
#include "runbooks/template_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace rung::runbooks {
namespace {

// Deep enough for any body that a person writes, and far from what the journal refuses.
constexpr int kMaxValueDepth = 16;

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// `{{.State.Status}}`, `{{json .}}`: for docker and its kin. No expression of ours looks so.
bool is_go_template(std::string_view inner) {
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] != '.' || inner.substr(i, 2) == "..") continue;
    const bool begins = i == 0 || inner[i - 1] == ' ' || inner[i - 1] == '(';
    const bool goes_on = i + 1 == inner.size() || inner[i + 1] == ' ' || is_word(inner[i + 1]);
    if (begins && goes_on &&
        (i + 1 == inner.size() || !std::isdigit(static_cast<unsigned char>(inner[i + 1])))) {
      return true;
    }
  }
  return false;
}

// The last word of `inputs.from`, in capitals, as a variable's name.
std::string variable_for(std::string_view expression) {
  auto end = expression.find_last_not_of(" )]'\"");
  if (end == std::string_view::npos) return "VALUE";
  auto begin = end;
  while (begin > 0 && is_word(expression[begin - 1])) --begin;
  std::string name;
  for (const char c : expression.substr(begin, end - begin + 1)) {
    if (is_word(c)) name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0 ? "VALUE"
                                                                                     : name;
}

// The word of the script around the braces with the variable in their place: `db-$FROM`.
std::string word_with_variable(std::string_view text, std::size_t open, std::string_view variable) {
  constexpr std::string_view kEnds = " \t\n\"'=;|&()";
  auto begin = open;
  while (begin > 0 && kEnds.find(text[begin - 1]) == std::string_view::npos) --begin;
  auto close = text.find("}}", open);
  close = close == std::string_view::npos ? text.size() : close + 2;
  auto end = close;
  while (end < text.size() && kEnds.find(text[end]) == std::string_view::npos) ++end;
  const auto after = text.substr(close, end - close);
  const bool needs_braces = !after.empty() && is_word(after.front());
  const auto name = needs_braces ? "${" + std::string(variable) + "}" : "$" + std::string(variable);
  return "\"" + std::string(text.substr(begin, open - begin)) + name + std::string(after) + "\"";
}

}  // namespace

Value value_as_written(const Node& scalar) {
  const auto& text = scalar.text;
  if (scalar.style != Node::Style::plain) return text;
  if (text == "true" || text == "false") return text == "true";
  std::int64_t whole = 0;
  const auto* end = text.data() + text.size();
  if (const auto parsed = std::from_chars(text.data(), end, whole);
      parsed.ec == std::errc() && parsed.ptr == end && std::to_string(whole) == text) {
    return whole;
  }
  double number = 0;
  if (const auto parsed = std::from_chars(text.data(), end, number, std::chars_format::fixed);
      parsed.ec == std::errc() && parsed.ptr == end && to_text(Value(number)) == text &&
      text.find('.') != std::string::npos) {
    return number;
  }
  return text;
}

Template ValueReader::read(const Node& node, const ValueRules& rules) {
  return folded(read_at(node, rules, 1));
}

Template::Map ValueReader::read_map(const Node& node, const ValueRules& rules) {
  Template::Map fields;
  for (const auto& member : node.members) {
    ValueRules inner = rules;
    inner.field += "." + member.key;
    fields.emplace(member.key, folded(read_at(member.value, inner, 1)));
  }
  return fields;
}

Template ValueReader::read_at(const Node& node, const ValueRules& rules, int depth) {
  if (depth > kMaxValueDepth) {
    report_.error(
        place_of(node),
        "`" + rules.field + "` is nested deeper than " + std::to_string(kMaxValueDepth) + " levels",
        "flatten it, or keep it in a file of its own");
    return {};
  }
  ValueRules inner = rules;
  inner.type = Type::any;
  if (node.kind == Node::Kind::list) {
    Template::List items;
    for (const auto& item : node.items) items.push_back(read_at(item, inner, depth + 1));
    return {std::move(items)};
  }
  if (node.kind == Node::Kind::map) {
    Template::Map fields;
    for (const auto& member : node.members)
      fields.emplace(member.key, read_at(member.value, inner, depth + 1));
    return {std::move(fields)};
  }
  if (node.kind == Node::Kind::null) return {Value()};
  return scalar(node, rules);
}

Template ValueReader::scalar(const Node& node, const ValueRules& rules) {
  const auto split = split_text(node.text);
  if (rules.is_code) {
    for (const auto& part : split.parts) {
      if (part.is_expression && !is_go_template(part.text)) refuse_code(node, rules, part.offset);
    }
    return {Value(node.text)};
  }
  if (split.unclosed) {
    report_.error({place_in(report_.source(), node, *split.unclosed), 2}, "this {{ has no }}",
                  "close it with }}; to write the two braces themselves use {{ '{{' }}");
    return {Value(node.text)};
  }
  if (split.parts.size() == 1 && split.parts.front().is_expression) {
    const auto& part = split.parts.front();
    return {use(node, rules, part.text, part.offset)};
  }
  Template::Text text;
  bool has_expression = false;
  for (const auto& part : split.parts) {
    has_expression = has_expression || part.is_expression;
    if (part.is_expression)
      text.parts.emplace_back(use(node, rules, part.text, part.offset));
    else
      text.parts.emplace_back(part.text);
  }
  if (!has_expression) return constant(node, rules);
  return {std::move(text)};
}

Template ValueReader::constant(const Node& node, const ValueRules& rules) {
  if (rules.scalars_are_text) return {Value(node.text)};
  if (rules.type == Type::any) return {value_as_written(node)};
  auto value = coerce(rules.type, Value(node.text));
  if (value) return {std::move(value).value()};
  auto said = explain(value.error(), "write a value of type " + std::string(name_of(rules.type)));
  report_.error(place_of(node), "`" + rules.field + "`: " + said.message, std::move(said.fix));
  return {Value(node.text)};
}

Expression ValueReader::use(const Node& node, const ValueRules& rules, std::string text,
                            std::size_t offset) {
  if (text.empty()) {
    report_.error({place_in(report_.source(), node, offset), 2}, "nothing stands between {{ and }}",
                  "write an expression, as in {{ inputs.region }}");
    return {"nil"};
  }
  uses_.push_back({text, &node, offset, rules.field, rules.names, false});
  return {std::move(text)};
}

void ValueReader::refuse_code(const Node& node, const ValueRules& rules, std::size_t offset) {
  const auto open = node.text.rfind("{{", offset);
  auto close = node.text.find("}}", offset);
  close = close == std::string::npos ? node.text.size() : close + 2;
  const auto braces = node.text.substr(open, close - open);
  const auto variable = variable_for(std::string_view(braces).substr(2, braces.size() - 4));
  const bool is_script = rules.field == "shell" || rules.field == "script";
  const std::string fix =
      is_script ? "add  env: {" + variable + ": \"" + braces + "\"}  and write  " +
                      word_with_variable(node.text, open, variable)
                : "write it without {{ }}; values go in through the action's other fields";
  report_.error({place_in(report_.source(), node, open), 2},
                std::string("{{ }} inside ") +
                    (is_script ? "a shell script" : "`" + rules.field + "`") +
                    " is not allowed (values are data)",
                fix);
}

Expression ValueReader::condition(const Node& node, const std::string& field, Names names) {
  const auto split = split_text(node.text);
  if (split.parts.size() == 1 && split.parts.front().is_expression) {
    report_.error({place_in(report_.source(), node, 0), 2},
                  "`" + field + "` is an expression already: it takes no {{ }}",
                  "write  " + field + ": " + split.parts.front().text);
    return {"true"};
  }
  auto text = node.text;
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
    text.pop_back();
  uses_.push_back({text, &node, 0, field, names, true});
  return {std::move(text)};
}

}  // namespace rung::runbooks
