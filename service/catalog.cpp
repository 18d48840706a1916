#include "service/catalog.h"

namespace rung::service {

const ActionSpec* ActionCatalog::find(std::string_view name) const {
  const actions::Action* action = registry_.find(name);
  return action == nullptr ? nullptr : &action->spec();
}

std::vector<std::string_view> ActionCatalog::names() const {
  return registry_.names();
}

std::optional<EffectClass> ActionCatalog::effect_class(std::string_view name,
                                                       const Value::Map& constant_inputs) const {
  const actions::Action* action = registry_.find(name);
  if (action == nullptr) return std::nullopt;
  return action->effect_class(constant_inputs);
}

std::vector<std::string> ActionCatalog::check(std::string_view name,
                                              const Value::Map& constant_inputs,
                                              const Target* target) const {
  const actions::Action* action = registry_.find(name);
  return action == nullptr ? std::vector<std::string>() : action->check(constant_inputs, target);
}

const ConnectionSpec* ActionCatalog::connection(std::string_view kind) const {
  const auto* found = registry_.connection(kind);
  return found == nullptr ? nullptr : &found->spec;
}

std::vector<std::string_view> ActionCatalog::connections() const {
  return registry_.connections();
}

std::vector<std::string> ActionCatalog::check_connection(std::string_view kind,
                                                         const Value::Map& constant_fields) const {
  const auto* found = registry_.connection(kind);
  if (found == nullptr || found->check == nullptr) return {};
  return found->check(constant_fields);
}

}  // namespace rung::service
