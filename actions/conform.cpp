#include "actions/conform.h"

#include "base/diagnostic.h"

#include <algorithm>

namespace rung::actions {
namespace {

Error unknown_field(const ActionSpec& spec, const std::string& name) {
  std::vector<std::string_view> known;
  for (const auto& field : spec.inputs) known.push_back(field.name);
  const auto meant = nearest(name, known);
  std::string message = spec.name + ": there is no input \"" + name + "\"";
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

Result<void> check_choice(const ActionSpec& spec, const FieldSpec& field, const Value& value) {
  if (field.choices.empty()) return success();
  const auto* text = value.string();
  const auto& choices = field.choices;
  if (text != nullptr && std::find(choices.begin(), choices.end(), *text) != choices.end()) {
    return success();
  }
  return Error(ErrorCode::invalid, spec.name + ": `" + field.name + "` is one of " +
                                       listed(choices) + ", not " + to_text(value));
}

}  // namespace

Result<Value::Map> conform(const ActionSpec& spec, Value::Map with) {
  for (const auto& [name, value] : with) {
    if (spec.input(name) == nullptr) return unknown_field(spec, name);
  }
  for (const auto& field : spec.inputs) {
    const auto given = with.find(field.name);
    if (given == with.end() || given->second.is_null()) {
      if (field.required) {
        return Error(ErrorCode::invalid,
                     spec.name + ": `" + field.name + "` is missing (" + field.doc + ")");
      }
      if (given != with.end()) with.erase(given);
      continue;
    }
    auto value = coerce(field.type, given->second);
    if (!value) {
      return std::move(value).error().with_context(spec.name + ": `" + field.name + "`");
    }
    given->second = std::move(value).value();
    TRY(check_choice(spec, field, given->second));
  }
  return with;
}

}  // namespace rung::actions
