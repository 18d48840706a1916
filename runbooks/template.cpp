#include "runbooks/template.h"

#include "scripting/evaluator.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

constexpr int kMaxTemplateDepth = 64;

// A user's own key that begins with `$` gets one more, so that it is never taken for ours.
std::string escaped(const std::string& key) {
  return key.starts_with('$') ? "$" + key : key;
}
std::string unescaped(const std::string& key) {
  return key.starts_with("$$") ? key.substr(1) : key;
}

Value escape_keys(const Value& value) {
  if (const auto* list = value.list()) {
    Value::List out;
    for (const auto& item : *list) out.push_back(escape_keys(item));
    return Value(std::move(out));
  }
  if (const auto* map = value.map()) {
    Value::Map out;
    for (const auto& [key, item] : *map) out.emplace(escaped(key), escape_keys(item));
    return Value(std::move(out));
  }
  return value;
}

Value of(const Expression& expression) {
  return Value::Map{{"$expr", expression.text}};
}

Value of(const Template::Text& text) {
  Value::List parts;
  for (const auto& part : text.parts) {
    if (const auto* literal = std::get_if<std::string>(&part))
      parts.emplace_back(*literal);
    else
      parts.push_back(of(std::get<Expression>(part)));
  }
  return Value::Map{{text.is_url ? "$url" : "$text", std::move(parts)}};
}

Error no_template(std::string_view why) {
  return {ErrorCode::corrupt, "a stored template is damaged: " + std::string(why)};
}

Result<Template> parse(const Value& value, int depth);

Result<Template> parse_text(const Value& parts, bool is_url) {
  if (parts.list() == nullptr) return no_template("$text is not a list");
  Template::Text text;
  text.is_url = is_url;
  for (const auto& part : *parts.list()) {
    const Value* expression = part.member("$expr");
    if (const auto* literal = part.string()) {
      text.parts.emplace_back(*literal);
    } else if (expression != nullptr && expression->string() != nullptr) {
      text.parts.emplace_back(Expression{*expression->string()});
    } else {
      return no_template("$text holds neither text nor expression");
    }
  }
  return Template{std::move(text)};
}

Result<Template> parse_list(const Value::List& list, int depth) {
  Template::List items;
  for (const auto& item : list) {
    TRY(auto parsed, parse(item, depth));
    items.push_back(std::move(parsed));
  }
  return Template{std::move(items)};
}

Result<Template> parse_map(const Value::Map& map, int depth) {
  if (map.size() == 1 && map.begin()->first == "$expr") {
    const auto* text = map.begin()->second.string();
    if (text == nullptr) return no_template("$expr is not text");
    return Template{Expression{*text}};
  }
  if (map.size() == 1 && map.begin()->first == "$text")
    return parse_text(map.begin()->second, false);
  if (map.size() == 1 && map.begin()->first == "$url") return parse_text(map.begin()->second, true);
  Template::Map fields;
  for (const auto& [key, item] : map) {
    if (key.starts_with('$') && !key.starts_with("$$")) return no_template("unknown form " + key);
    TRY(auto parsed, parse(item, depth));
    fields.emplace(unescaped(key), std::move(parsed));
  }
  return Template{std::move(fields)};
}

Result<Template> parse(const Value& value, int depth) {
  if (depth > kMaxTemplateDepth) return no_template("nested too deep");
  if (const auto* list = value.list()) return parse_list(*list, depth + 1);
  if (const auto* map = value.map()) return parse_map(*map, depth + 1);
  return Template{value};
}

template <class Visit>
void each_expression(const Template& t, const Visit& visit) {
  if (const auto* expression = std::get_if<Expression>(&t.node)) {
    visit(*expression);
  } else if (const auto* text = std::get_if<Template::Text>(&t.node)) {
    for (const auto& part : text->parts) {
      if (const auto* e = std::get_if<Expression>(&part)) visit(*e);
    }
  } else if (const auto* list = std::get_if<Template::List>(&t.node)) {
    for (const auto& item : *list) each_expression(item, visit);
  } else if (const auto* map = std::get_if<Template::Map>(&t.node)) {
    for (const auto& [key, item] : *map) each_expression(item, visit);
  }
}

}  // namespace

void each_expression(const Template& t, const std::function<void(const Expression&)>& visit) {
  if (const auto* expression = std::get_if<Expression>(&t.node)) visit(*expression);
  if (const auto* text = std::get_if<Template::Text>(&t.node)) {
    for (const auto& part : text->parts) {
      if (const auto* expression = std::get_if<Expression>(&part)) visit(*expression);
    }
  }
  if (const auto* list = std::get_if<Template::List>(&t.node)) {
    for (const Template& item : *list) each_expression(item, visit);
  }
  if (const auto* map = std::get_if<Template::Map>(&t.node)) {
    for (const auto& [name, item] : *map) each_expression(item, visit);
  }
}

bool is_constant(const Template& t) {
  bool constant = true;
  each_expression(t, [&](const Expression&) { constant = false; });
  return constant;
}

bool reads_secrets(const Template& t) {
  bool reads = false;
  each_expression(t, [&](const Expression& expression) {
    if (expression.text.find("secrets") == std::string::npos) return;
    for (const auto& reference : scripting::analyse(expression.text).references) {
      reads = reads || reference.root == "secrets";
    }
  });
  return reads;
}

Template folded(Template t) {
  if (auto* list = std::get_if<Template::List>(&t.node)) {
    for (auto& item : *list) item = folded(std::move(item));
  } else if (auto* map = std::get_if<Template::Map>(&t.node)) {
    for (auto& [key, item] : *map) item = folded(std::move(item));
  }
  if (std::holds_alternative<Value>(t.node) || !is_constant(t)) return t;
  return Template{constant_value(t)};
}

Value constant_value(const Template& t) {
  if (const auto* value = std::get_if<Value>(&t.node)) return *value;
  if (const auto* text = std::get_if<Template::Text>(&t.node)) {
    std::string joined;
    for (const auto& part : text->parts) {
      if (const auto* literal = std::get_if<std::string>(&part)) joined += *literal;
    }
    return joined;
  }
  if (const auto* list = std::get_if<Template::List>(&t.node)) {
    Value::List items;
    for (const auto& item : *list) items.push_back(constant_value(item));
    return items;
  }
  Value::Map fields;
  if (const auto* map = std::get_if<Template::Map>(&t.node)) {
    for (const auto& [key, item] : *map) fields.emplace(key, constant_value(item));
  }
  return fields;
}

Value to_value(const Template& t) {
  if (const auto* value = std::get_if<Value>(&t.node)) return escape_keys(*value);
  if (const auto* expression = std::get_if<Expression>(&t.node)) return of(*expression);
  if (const auto* text = std::get_if<Template::Text>(&t.node)) return of(*text);
  if (const auto* list = std::get_if<Template::List>(&t.node)) {
    Value::List items;
    for (const auto& item : *list) items.push_back(to_value(item));
    return items;
  }
  Value::Map fields;
  for (const auto& [key, item] : std::get<Template::Map>(t.node))
    fields.emplace(escaped(key), to_value(item));
  return fields;
}

Result<Template> template_from_value(const Value& value) {
  TRY(auto parsed, parse(value, 0));
  return folded(std::move(parsed));
}

}  // namespace rung::runbooks
