#include "runbooks/inputs.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

std::string list_of(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

void refuse(ResolvedInputs& resolved, std::string message, std::string fix) {
  resolved.diagnostics.push_back({Severity::error, "", {}, 1, std::move(message), std::move(fix)});
}

std::string_view example_of(Type type) {
  switch (type) {
    case Type::integer: return "3";
    case Type::number: return "1.5";
    case Type::boolean: return "true";
    case Type::duration: return "30s";
    case Type::size: return "16MB";
    case Type::percent: return "20%";
    case Type::time: return "2026-03-29T02:30:00Z";
    case Type::list: return "'[\"a\", \"b\"]'";
    case Type::map: return "'{\"key\": \"value\"}'";
    case Type::any:
    case Type::string:
    case Type::enumeration:
    case Type::site: return "TEXT";
  }
  return "";
}

std::string example_for(const InputSpec& input) {
  return "-i " + input.name + "=" +
         (input.choices.empty() ? std::string(example_of(input.type)) : input.choices.front());
}

void refuse_unknown(const std::string& runbook, const std::vector<InputSpec>& inputs,
                    const Value::Map& given, ResolvedInputs& resolved) {
  std::vector<std::string_view> known;
  std::string all;
  for (const auto& input : inputs) {
    known.push_back(input.name);
    all += (all.empty() ? "" : ", ") + input.name;
  }
  for (const auto& [name, value] : given) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto near = nearest(name, known);
    refuse(resolved, runbook + " has no input `" + name + "`",
           !near.empty()   ? "did you mean " + std::string(near) + "?"
           : known.empty() ? "it takes none: leave it out"
                           : "its inputs are " + all);
  }
}

void resolve(const InputSpec& input, const Value& given, ResolvedInputs& resolved) {
  auto value = coerce(input.type, given);
  if (!value) {
    refuse(resolved, "input `" + input.name + "`: " + value.error().message(),
           "give  " + example_for(input));
    return;
  }
  const auto& choices = input.choices;
  if (!choices.empty()) {
    const auto text = to_text(value.value());
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
      const auto near = nearest(text, {choices.begin(), choices.end()});
      refuse(
          resolved,
          "input `" + input.name + "` cannot be `" + text + "`; it is " + list_of(choices),
          near.empty() ? "give  " + example_for(input) : "did you mean " + std::string(near) + "?");
      return;
    }
  }
  resolved.values.insert_or_assign(input.name, std::move(value).value());
}

}  // namespace

ResolvedInputs resolve_inputs(const Plan& plan, const Value::Map& given) {
  return resolve_inputs(plan.runbook, plan.inputs, given);
}

ResolvedInputs resolve_inputs(const std::string& runbook, const std::vector<InputSpec>& inputs,
                              const Value::Map& given) {
  ResolvedInputs resolved;
  refuse_unknown(runbook, inputs, given, resolved);
  for (const auto& input : inputs) {
    const auto found = given.find(input.name);
    if (found != given.end()) {
      resolve(input, found->second, resolved);
    } else if (input.fallback) {
      resolved.values.emplace(input.name, *input.fallback);
    } else {
      refuse(resolved,
             "input `" + input.name + "` is missing (" + std::string(name_of(input.type)) +
                 (input.doc.empty() ? "" : ": " + input.doc) + ")",
             "give  " + example_for(input));
    }
  }
  return resolved;
}

}  // namespace rung::runbooks
