#include "base/json.h"
#include "engine/core/commands.h"
#include "engine/core/needed_outputs.h"

namespace rung::engine {
namespace {

std::string names_of(const OutputTypes& outputs) {
  std::string names;
  for (const auto& [name, type] : outputs) names += (names.empty() ? "" : ", ") + name;
  return names;
}

// The command line gives texts; `null` says that nobody knows.
Result<Value> typed(Type type, const Value& written) {
  const std::string* text = written.string();
  if (written.is_null() || (text != nullptr && *text == "null")) return Value();
  if (type != Type::any || text == nullptr) return coerce(type, written);
  auto json = from_plain_json(*text);
  return json ? std::move(json).value() : written;
}

}  // namespace

std::optional<Value::Map> given_outputs(Draft& draft, NodeIndex i, const Value::Map& given) {
  const runbooks::Step& step = draft.step(i);
  const OutputTypes known = outputs_of(step, draft.context().facts);
  Value::Map outputs;
  for (const auto& [name, written] : given) {
    const auto type = known.find(name);
    if (type == known.end()) {
      draft.refuse(ErrorCode::invalid,
                   draft.address(i) + " has no output " + name +
                       (known.empty() ? "; it has none" : "; it has " + names_of(known)));
      return std::nullopt;
    }
    auto value = typed(type->second, written);
    if (!value) {
      draft.refuse(ErrorCode::invalid,
                   "output " + name + " of " + draft.address(i) + ": " + value.error().message());
      return std::nullopt;
    }
    outputs.emplace(name, std::move(value).value());
  }
  return outputs;
}

}  // namespace rung::engine
