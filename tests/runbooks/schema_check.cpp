#include "tests/runbooks/schema_check.h"

#include "runbooks/value_reader.h"
#include "runbooks/yaml_tree.h"

#include <algorithm>
#include <regex>

namespace rung::runbooks {
namespace {

bool is_type(const Value& value, std::string_view type) {
  if (type == "object") return value.map() != nullptr;
  if (type == "array") return value.list() != nullptr;
  if (type == "string") return value.string() != nullptr;
  if (type == "boolean") return value.boolean() != nullptr;
  if (type == "integer") return value.integer() != nullptr;
  if (type == "number") return value.integer() != nullptr || value.number() != nullptr;
  return false;
}

class Check {
 public:
  explicit Check(const Value& root) : root_(root) {}

  std::string operator()(const Value& value, const Value& schema) const {
    if (schema.boolean() != nullptr) return *schema.boolean() ? "" : "is not allowed";
    if (const Value* reference = schema.member("$ref"))
      return (*this)(value, *resolve(*reference->string()));
    for (const auto& part : {own(value, schema), combined(value, schema), members(value, schema)}) {
      if (!part.empty()) return part;
    }
    return "";
  }

 private:
  const Value* resolve(const std::string& reference) const {
    const std::string prefix = "#/definitions/";
    return root_.member("definitions")->member(reference.substr(prefix.size()));
  }

  static std::string own(const Value& value, const Value& schema) {
    if (const Value* type = schema.member("type")) {
      const Value::List types = type->list() != nullptr ? *type->list() : Value::List{*type};
      const auto fits = [&](const Value& t) { return is_type(value, *t.string()); };
      if (std::none_of(types.begin(), types.end(), fits)) return "has another type";
    }
    if (const Value* choices = schema.member("enum")) {
      const auto& list = *choices->list();
      if (std::find(list.begin(), list.end(), value) == list.end()) return "is no choice";
    }
    if (const Value* constant = schema.member("const");
        constant != nullptr && !(*constant == value)) {
      return "is not the constant";
    }
    const Value* pattern = schema.member("pattern");
    if (pattern != nullptr && value.string() != nullptr &&
        !std::regex_search(*value.string(), std::regex(*pattern->string()))) {
      return "does not match " + *pattern->string();
    }
    const Value* minimum = schema.member("minimum");
    if (minimum != nullptr && value.integer() != nullptr &&
        *value.integer() < *minimum->integer()) {
      return "is too small";
    }
    return "";
  }

  std::string combined(const Value& value, const Value& schema) const {
    if (const Value* all = schema.member("allOf")) {
      for (const auto& one : *all->list()) {
        if (auto why = (*this)(value, one); !why.empty()) return why;
      }
    }
    const auto fitting = [&](const Value& list) {
      return std::count_if(list.list()->begin(), list.list()->end(),
                           [&](const Value& one) { return (*this)(value, one).empty(); });
    };
    if (const Value* any = schema.member("anyOf"); any != nullptr && fitting(*any) == 0)
      return "fits none";
    if (const Value* one = schema.member("oneOf"); one != nullptr && fitting(*one) != 1)
      return "fits not exactly one";
    const Value* condition = schema.member("if");
    if (condition != nullptr && (*this)(value, *condition).empty())
      return (*this)(value, *schema.member("then"));
    return "";
  }

  std::string members(const Value& value, const Value& schema) const {
    if (value.list() != nullptr && schema.member("items") != nullptr) {
      for (const auto& item : *value.list()) {
        if (auto why = (*this)(item, *schema.member("items")); !why.empty()) return "item: " + why;
      }
    }
    if (value.map() == nullptr) return "";
    if (const Value* required = schema.member("required")) {
      for (const auto& key : *required->list()) {
        if (value.member(*key.string()) == nullptr) return "lacks " + *key.string();
      }
    }
    if (const Value* dependencies = schema.member("dependencies")) {
      for (const auto& [key, rule] : *dependencies->map()) {
        if (value.member(key) == nullptr) continue;
        if (auto why = (*this)(value, rule); !why.empty()) return key + ": " + why;
      }
    }
    return properties(value, schema);
  }

  std::string properties(const Value& value, const Value& schema) const {
    const Value* known = schema.member("properties");
    const Value* others = schema.member("additionalProperties");
    for (const auto& [key, member] : *value.map()) {
      const Value* rule = known == nullptr ? nullptr : known->member(key);
      if (rule == nullptr) rule = others;
      if (rule == nullptr) continue;
      if (auto why = (*this)(member, *rule); !why.empty()) return key + ": " + why;
    }
    return "";
  }

  const Value& root_;
};

Value value_of(const Node& node) {
  if (node.kind == Node::Kind::scalar) return value_as_written(node);
  if (node.kind == Node::Kind::list) {
    Value::List list;
    for (const auto& item : node.items) list.push_back(value_of(item));
    return list;
  }
  if (node.kind == Node::Kind::null) return {};
  Value::Map map;
  for (const auto& member : node.members) map.emplace(member.key, value_of(member.value));
  return map;
}

}  // namespace

std::string why_invalid(const Value& value, const Value& schema, const Value& root) {
  return Check(root)(value, schema);
}

Value value_of_yaml(const std::string& text) {
  const Source source("x.yaml", text);
  Diagnostics diagnostics;
  Report report(source, diagnostics);
  const auto root = parse_yaml(report);
  return root ? value_of(*root) : Value();
}

}  // namespace rung::runbooks
