#include "engine/core/resolve.h"

#include "base/url.h"

namespace rung::engine {
namespace {

using runbooks::Expression;
using runbooks::Template;

// A value in a URL stays where it was put.
Result<Value> join_as_url(const Template::Text& text, scripting::Evaluator& evaluator,
                          const scripting::Scope& scope) {
  std::vector<UrlPart> parts;
  bool is_secret = false;
  for (const auto& part : text.parts) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      parts.push_back({*literal, false});
      continue;
    }
    TRY(const Value value, evaluator.evaluate(std::get<Expression>(part).text, scope));
    parts.push_back({reveal(value), true});
    is_secret = is_secret || value.is_secret();
  }
  auto url = join_url(parts);
  if (!url && is_secret) {
    return Error(ErrorCode::invalid,
                 "a value in this URL, which holds a secret and is not shown, is empty or only "
                 "dots: the request would go to another resource; guard the step with `when:`");
  }
  TRY(auto joined, std::move(url));
  Value value(std::move(joined));
  return is_secret ? std::move(value).as_secret() : value;
}

Result<Value> join(const Template::Text& text, scripting::Evaluator& evaluator,
                   const scripting::Scope& scope) {
  if (text.is_url) return join_as_url(text, evaluator, scope);
  std::string joined;
  bool is_secret = false;
  for (const auto& part : text.parts) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      joined += *literal;
      continue;
    }
    TRY(const Value value, evaluator.evaluate(std::get<Expression>(part).text, scope));
    if (value.is_null()) {
      return Error(ErrorCode::invalid, "{{ " + std::get<Expression>(part).text +
                                           " }} is null inside a text; write default(" +
                                           std::get<Expression>(part).text +
                                           ", \"...\") for a value to use instead");
    }
    joined += reveal(value);
    is_secret = is_secret || value.is_secret();
  }
  Value value(std::move(joined));
  return is_secret ? std::move(value).as_secret() : value;
}

// A null leaf in place of what reads secrets.
Result<Value> record_one(const Template& t, scripting::Evaluator& evaluator,
                         const scripting::Scope& scope) {
  if (const auto* list = std::get_if<Template::List>(&t.node)) {
    Value::List values;
    for (const Template& item : *list) {
      TRY(auto value, record_one(item, evaluator, scope));
      values.push_back(std::move(value));
    }
    return Value(std::move(values));
  }
  if (const auto* map = std::get_if<Template::Map>(&t.node)) {
    TRY(auto values, record(*map, evaluator, scope));
    return Value(std::move(values));
  }
  if (is_constant(t) || reads_secrets(t)) return Value();
  return resolve(t, evaluator, scope);
}

Result<Value> complete_one(const Template& t, const Value* recorded,
                           scripting::Evaluator& evaluator, const scripting::Scope& scope) {
  if (is_constant(t) || reads_secrets(t)) {
    const bool is_leaf = !std::holds_alternative<Template::List>(t.node) &&
                         !std::holds_alternative<Template::Map>(t.node);
    if (is_leaf || is_constant(t)) return resolve(t, evaluator, scope);
  }
  if (const auto* list = std::get_if<Template::List>(&t.node)) {
    const auto* have = recorded != nullptr ? recorded->list() : nullptr;
    Value::List values;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const Value* item = have != nullptr && i < have->size() ? &(*have)[i] : nullptr;
      TRY(auto value, complete_one((*list)[i], item, evaluator, scope));
      values.push_back(std::move(value));
    }
    return Value(std::move(values));
  }
  if (const auto* map = std::get_if<Template::Map>(&t.node)) {
    static const Value::Map kNothing;
    const auto* have = recorded != nullptr ? recorded->map() : nullptr;
    TRY(auto values, complete(*map, have != nullptr ? *have : kNothing, evaluator, scope));
    return Value(std::move(values));
  }
  if (recorded == nullptr)
    return Error(ErrorCode::corrupt, "the intent does not hold a value that its plan asks for");
  return *recorded;
}

Value visible_one(const Template& t, const Value* recorded) {
  if (const auto* value = std::get_if<Value>(&t.node)) return *value;
  if (const auto* list = std::get_if<Template::List>(&t.node)) {
    const auto* have = recorded != nullptr ? recorded->list() : nullptr;
    Value::List values;
    for (std::size_t i = 0; i < list->size(); ++i) {
      values.push_back(
          visible_one((*list)[i], have != nullptr && i < have->size() ? &(*have)[i] : nullptr));
    }
    return Value(std::move(values));
  }
  if (const auto* map = std::get_if<Template::Map>(&t.node)) {
    static const Value::Map kNothing;
    const auto* have = recorded != nullptr ? recorded->map() : nullptr;
    return Value(visible(*map, have != nullptr ? *have : kNothing));
  }
  return recorded != nullptr ? *recorded : Value();
}

}  // namespace

Result<Value> resolve(const Template& t, scripting::Evaluator& evaluator,
                      const scripting::Scope& scope) {
  if (const auto* value = std::get_if<Value>(&t.node)) return *value;
  if (const auto* expression = std::get_if<Expression>(&t.node))
    return evaluator.evaluate(expression->text, scope);
  if (const auto* text = std::get_if<Template::Text>(&t.node)) return join(*text, evaluator, scope);
  if (const auto* list = std::get_if<Template::List>(&t.node)) {
    Value::List values;
    for (const Template& item : *list) {
      TRY(auto value, resolve(item, evaluator, scope));
      values.push_back(std::move(value));
    }
    return Value(std::move(values));
  }
  Value::Map values;
  for (const auto& [name, item] : std::get<Template::Map>(t.node)) {
    TRY(auto value, resolve(item, evaluator, scope));
    values.emplace(name, std::move(value));
  }
  return Value(std::move(values));
}

Result<Value::Map> record(const Template::Map& fields, scripting::Evaluator& evaluator,
                          const scripting::Scope& scope) {
  Value::Map recorded;
  for (const auto& [name, field] : fields) {
    if (is_constant(field)) continue;
    TRY(auto value, record_one(field, evaluator, scope));
    recorded.emplace(name, std::move(value));
  }
  return recorded;
}

Result<Value::Map> complete(const Template::Map& fields, const Value::Map& recorded,
                            scripting::Evaluator& evaluator, const scripting::Scope& scope) {
  Value::Map values;
  for (const auto& [name, field] : fields) {
    const auto have = recorded.find(name);
    TRY(auto value,
        complete_one(field, have != recorded.end() ? &have->second : nullptr, evaluator, scope));
    values.emplace(name, std::move(value));
  }
  return values;
}

Value::Map visible(const Template::Map& fields, const Value::Map& recorded) {
  Value::Map values;
  for (const auto& [name, field] : fields) {
    const auto have = recorded.find(name);
    values.emplace(name, visible_one(field, have != recorded.end() ? &have->second : nullptr));
  }
  return values;
}

}  // namespace rung::engine
