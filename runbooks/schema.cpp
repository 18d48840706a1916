#include "runbooks/schema.h"

#include "base/json.h"
#include "runbooks/connection_reader.h"
#include "runbooks/keys.h"

#include <algorithm>
#include <set>
#include <utility>

namespace rung::runbooks {
namespace {

Value words(const std::vector<std::string_view>& choices) {
  return Value::List(choices.begin(), choices.end());
}

Value reference(const Table& table) {
  return Value::Map{{"$ref", "#/definitions/" + std::string(table.what)}};
}

// A plain 5 or true is a text to us and a number or bool to an editor.
Value any_scalar() {
  return Value::Map{{"type", Value::List{"string", "number", "boolean"}}};
}

Value type_words() {
  Value::List out;
  for (const auto type :
       {Type::any, Type::string, Type::integer, Type::number, Type::boolean, Type::duration,
        Type::size, Type::percent, Type::time, Type::list, Type::map}) {
    out.emplace_back(name_of(type));
  }
  return out;
}

Value list_of(Value items) {
  return Value::Map{{"type", "array"}, {"items", std::move(items)}};
}
Value map_of(Value members) {
  return Value::Map{{"type", "object"}, {"additionalProperties", std::move(members)}};
}

Value shape_schema(Shape shape, const Key& key, const std::vector<std::string_view>& choices) {
  const Value name = Value::Map{{"type", "string"}, {"pattern", "^[a-z][a-z0-9_]*$"}};
  switch (shape) {
    case Shape::text:
    case Shape::written:
    case Shape::condition: return any_scalar();
    case Shape::name: return name;
    case Shape::duration:
      return Value::Map{{"type", "string"}, {"pattern", "^([0-9]+(d|h|ms|m|s|us|ns))+$"}};
    case Shape::integer:
      return Value::Map{{"type", "integer"}, {"minimum", 1}, {"maximum", 1'000'000}};
    case Shape::boolean: return Value::Map{{"type", "boolean"}};
    case Shape::choice: return Value::Map{{"enum", words(choices)}};
    case Shape::texts: return list_of(any_scalar());
    case Shape::choices: return list_of(Value::Map{{"enum", words(choices)}});
    case Shape::names: return list_of(name);
    case Shape::value: return Value::Map{};
    case Shape::values: return Value::Map{{"type", "object"}};
    case Shape::list: return Value::Map{{"type", "array"}};
    case Shape::types: return map_of(Value::Map{{"enum", type_words()}});
    case Shape::table: return reference(*key.table);
    case Shape::tables: return list_of(reference(*key.table));
    case Shape::named: return map_of(reference(*key.table));
    case Shape::entries:
      return list_of(Value::Map{{"anyOf", Value::List{any_scalar(), reference(*key.table)}}});
    case Shape::sequences:
      return map_of(Value::Map{
          {"anyOf", Value::List{reference(*key.table), list_of(reference(*key.table))}}});
  }
  return {};
}

Value::Map key_schema(const Key& key) {
  Value first = shape_schema(key.shape, key, key.choices);
  // A `$ref` silences everything beside it in draft-07, so that it stands in a list of its own.
  const bool is_reference = key.shape == Shape::table;
  if (key.has_other) {
    Value other = shape_schema(key.other, key, key.other_choices);
    first = Value::Map{{"anyOf", Value::List{std::move(first), std::move(other)}}};
  } else if (is_reference) {
    first = Value::Map{{"allOf", Value::List{std::move(first)}}};
  }
  Value::Map schema = *first.map();
  schema.emplace("description", key.doc);
  return schema;
}

Value needs_one_of(const std::vector<std::string_view>& keys) {
  Value::List out;
  for (const auto key : keys) out.push_back(Value::Map{{"required", Value::List{key}}});
  return out;
}

std::vector<std::string_view> words_in(unsigned kinds, const Table& table) {
  std::vector<std::string_view> out;
  for (const auto& word : step_words()) {
    if ((kinds & word.bit) != 0 && table.find(word.key) != nullptr) out.push_back(word.key);
  }
  return out;
}

Value input_schema(const FieldSpec& field) {
  Value::Map schema;
  if (!field.doc.empty()) schema.emplace("description", field.doc);
  // Anything may be text with an expression in it.
  if (!field.choices.empty()) {
    Value::List choices(field.choices.begin(), field.choices.end());
    schema.emplace("anyOf", Value::List{Value::Map{{"enum", std::move(choices)}},
                                        Value::Map{{"type", "string"}, {"pattern", "\\{\\{"}}});
  }
  return schema;
}

// What a use may leave to the connection that its `target` names is not required here.
bool may_come_from_target(const ActionSpec& spec, const FieldSpec& field, const Catalog& catalog) {
  const auto& kinds = spec.target.kinds;
  return std::any_of(kinds.begin(), kinds.end(), [&](const std::string& kind) {
    const auto* connection = catalog.connection(kind);
    return connection != nullptr && connection->field(field.name) != nullptr;
  });
}

Value inputs_schema(const ActionSpec& spec, const Catalog& catalog) {
  Value::Map properties;
  Value::List required;
  for (const auto& field : spec.inputs) {
    properties.emplace(field.name, input_schema(field));
    if (field.required && !may_come_from_target(spec, field, catalog))
      required.emplace_back(field.name);
  }
  Value::Map schema{{"type", "object"}, {"additionalProperties", false}};
  schema.emplace("properties", std::move(properties));
  if (!required.empty()) schema.emplace("required", std::move(required));
  if (!spec.doc.empty()) schema.emplace("description", spec.doc);
  return schema;
}

std::string_view title_of(const Table& root) {
  if (root.what == "runbook") return "A runbook of Rung";
  return root.what == "test" ? "Tests of a runbook of Rung (test.yaml)"
                             : "A project of Rung (rung.yaml)";
}

const Table& root_of(SchemaOf of) {
  switch (of) {
    case SchemaOf::runbook: return runbook_table();
    case SchemaOf::project: return project_table();
    case SchemaOf::test: return test_table();
  }
  return runbook_table();
}

// A connection or channel of one kind: `uses` and the fields of that kind.
Value kind_schema(const ConnectionSpec& spec) {
  Value::Map properties{{"uses", Value::Map{{"const", spec.name}}}};
  Value::List required;
  for (const auto& field : spec.fields) {
    properties.emplace(field.name, input_schema(field));
    if (field.required) required.emplace_back(field.name);
  }
  Value::Map schema{{"additionalProperties", false}, {"properties", std::move(properties)}};
  if (!required.empty()) schema.emplace("required", std::move(required));
  if (!spec.doc.empty()) schema.emplace("description", spec.doc);
  return schema;
}

class SchemaWriter {
 public:
  explicit SchemaWriter(const Catalog* catalog) : catalog_(catalog) {}

  Value write(const Table& root) {
    define(root);
    Value::Map out{{"$schema", "http://json-schema.org/draft-07/schema#"},
                   {"title", title_of(root)}};
    out.emplace("allOf", Value::List{reference(root)});
    out.emplace("definitions", std::move(definitions_));
    return out;
  }

 private:
  void define(const Table& table) {
    if (!known_.insert(std::string(table.what)).second) return;
    Value::Map properties;
    Value::List required;
    Value::Map dependencies;
    for (const auto& key : table.keys) {
      properties.emplace(std::string(key.name), key_schema(key));
      if (key.is_required) required.emplace_back(key.name);
      if (key.kinds != ~0u) {
        const auto fits = words_in(key.kinds, table);
        dependencies.emplace(std::string(key.name), Value::Map{{"anyOf", needs_one_of(fits)}});
      }
      if (key.table != nullptr) define(*key.table);
    }
    Value::Map out{{"type", "object"}, {"additionalProperties", false}};
    if (!required.empty()) out.emplace("required", std::move(required));
    if (!dependencies.empty()) out.emplace("dependencies", std::move(dependencies));
    if (table.find("shell") != nullptr) describe_actions(table, properties, out);
    if (table.is_open) describe_kinds(table, properties, out);
    out.emplace("properties", std::move(properties));
    definitions_.emplace(std::string(table.what), std::move(out));
  }

  // The other fields are those of the kind that `uses` names; each kind refuses those of others.
  void describe_kinds(const Table& table, Value::Map& properties, Value::Map& out) const {
    out.erase("additionalProperties");
    if (catalog_ == nullptr) return;
    const Kinds kinds = table.what == "channel" ? channel_kinds() : connection_kinds(*catalog_);
    Value::List names;
    Value::List rules;
    for (const auto name : kinds.names) {
      names.emplace_back(name);
      const Value used{Value::Map{{"uses", Value::Map{{"const", name}}}}};
      rules.push_back(
          Value::Map{{"if", Value::Map{{"properties", used}, {"required", Value::List{"uses"}}}},
                     {"then", kind_schema(*kinds.find(name))}});
    }
    properties.insert_or_assign("uses", Value::Map{{"enum", std::move(names)}});
    out.emplace("allOf", std::move(rules));
  }

  // Exactly one word says what a step is; with a catalog, what it takes.
  void describe_actions(const Table& table, Value::Map& properties, Value::Map& out) const {
    out.emplace("oneOf", needs_one_of(words_in(~0u, table)));
    if (catalog_ == nullptr) return;
    Value::List rules;
    for (const auto name : catalog_->names()) {
      const ActionSpec* spec = catalog_->find(name);
      const Value used{Value::Map{{"uses", Value::Map{{"const", name}}}}};
      const Value with{Value::Map{{"with", inputs_schema(*spec, *catalog_)}}};
      rules.push_back(
          Value::Map{{"if", Value::Map{{"properties", used}, {"required", Value::List{"uses"}}}},
                     {"then", Value::Map{{"properties", with}}}});
      if (name == "http.request")
        properties.insert_or_assign("http", http_schema(*spec, *catalog_));
    }
    out.emplace("allOf", std::move(rules));
  }

  // `http:` takes the request's inputs and `expect` beside them.
  static Value http_schema(const ActionSpec& spec, const Catalog& catalog) {
    Value schema = inputs_schema(spec, catalog);
    Value::Map fields = *schema.map();
    Value::Map properties = *fields.at("properties").map();
    properties.emplace("expect", any_scalar());
    fields.insert_or_assign("properties", std::move(properties));
    return fields;
  }

  const Catalog* catalog_;
  std::set<std::string> known_;
  Value::Map definitions_;
};

}  // namespace

std::string json_schema(SchemaOf of, const Catalog* catalog) {
  return to_pretty_json(SchemaWriter(catalog).write(root_of(of))) + "\n";
}

}  // namespace rung::runbooks
