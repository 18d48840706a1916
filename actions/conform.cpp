#include "actions/conform.h"

#include "base/diagnostic.h"

#include <algorithm>

namespace rung::actions {
namespace {

// What the values are held against, and how a message calls its parts.
struct Form {
  std::string name;
  std::string_view part;  // "input" of an action, "field" of a connection
  const std::vector<FieldSpec>& fields;
};

const FieldSpec* find(const Form& form, std::string_view name) {
  const auto found = std::find_if(form.fields.begin(), form.fields.end(),
                                  [&](const FieldSpec& field) { return field.name == name; });
  return found == form.fields.end() ? nullptr : &*found;
}

Error unknown_field(const Form& form, const std::string& name) {
  std::vector<std::string_view> known;
  for (const auto& field : form.fields) known.push_back(field.name);
  const auto meant = nearest(name, known);
  std::string message = form.name + ": there is no " + std::string(form.part) + " \"" + name + "\"";
  if (!meant.empty()) {
    message += "; did you mean \"" + std::string(meant) + "\"?";
  } else {
    message += "; there are:";
    for (const auto field : known) message += " " + std::string(field);
  }
  return {ErrorCode::invalid, std::move(message)};
}

std::string listed(const std::vector<std::string>& choices) {
  std::string out;
  for (const auto& choice : choices) out += (out.empty() ? "" : ", ") + choice;
  return out;
}

Result<void> check_choice(const Form& form, const FieldSpec& field, const Value& value) {
  if (field.choices.empty()) return success();
  const auto* text = value.string();
  const auto& choices = field.choices;
  if (text != nullptr && std::find(choices.begin(), choices.end(), *text) != choices.end()) {
    return success();
  }
  return Error(ErrorCode::invalid, form.name + ": `" + field.name + "` is one of " +
                                       listed(choices) + ", not " + to_text(value));
}

Result<Value::Map> conform(const Form& form, Value::Map values) {
  for (const auto& [name, value] : values) {
    if (find(form, name) == nullptr) return unknown_field(form, name);
  }
  for (const auto& field : form.fields) {
    const auto given = values.find(field.name);
    if (given == values.end() || given->second.is_null()) {
      if (field.required) {
        return Error(ErrorCode::invalid,
                     form.name + ": `" + field.name + "` is missing (" + field.doc + ")");
      }
      if (given != values.end()) values.erase(given);
      continue;
    }
    auto value = coerce(field.type, given->second);
    if (!value) {
      return std::move(value).error().with_context(form.name + ": `" + field.name + "`");
    }
    given->second = std::move(value).value();
    TRY(check_choice(form, field, given->second));
  }
  return values;
}

}  // namespace

Result<Value::Map> conform(const ActionSpec& spec, Value::Map with) {
  return conform(Form{spec.name, "input", spec.inputs}, std::move(with));
}

Result<Value::Map> conform(const ConnectionSpec& spec, Value::Map fields) {
  return conform(Form{"a connection of kind " + spec.name, "field", spec.fields},
                 std::move(fields));
}

}  // namespace rung::actions
