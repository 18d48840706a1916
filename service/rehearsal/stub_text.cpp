#include "service/rehearsal/stub_text.h"

#include "base/json.h"

namespace rung::service {
namespace {

Value neutral(Type type) {
  switch (type) {
    case Type::integer: return 0;
    case Type::number: return 0.0;
    case Type::boolean: return false;
    case Type::duration: return Duration::zero();
    case Type::size: return Bytes{};
    case Type::percent: return Percent{};
    case Type::time: return TimePoint{};
    case Type::list: return Value::List{};
    case Type::map: return Value::Map{};
    case Type::any:
    case Type::string:
    case Type::enumeration:
    case Type::site: return "";
  }
  return "";
}

}  // namespace

Value::Map neutral_outputs(const DeclaredOutputs& declared) {
  Value::Map outputs;
  for (const auto& [name, type] : declared) outputs.emplace(name, neutral(type));
  return outputs;
}

std::string stub_text(const std::string& address, const DeclaredOutputs& declared) {
  std::string outputs;
  for (const auto& [name, type] : declared) {
    const bool is_text = type == Type::string || type == Type::any || type == Type::enumeration ||
                         type == Type::site;
    const bool is_quoted = is_text || type == Type::time;
    const std::string text = is_text ? "text" : to_text(neutral(type));
    outputs +=
        (outputs.empty() ? "" : ", ") + name + ": " + (is_quoted ? "\"" + text + "\"" : text);
  }
  return address + ": {" + (outputs.empty() ? "" : "outputs: {" + outputs + "}") + "}";
}

}  // namespace rung::service
