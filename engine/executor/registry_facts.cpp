#include "engine/executor/registry_facts.h"

namespace rung::engine {

EffectClass RegistryFacts::effect_class(const std::string& uses, const Value::Map& with) const {
  const auto* action = registry_.find(uses);
  return action == nullptr ? EffectClass::once : action->effect_class(with);
}

bool RegistryFacts::can_probe(const std::string& uses) const {
  auto* action = registry_.find(uses);
  return action != nullptr && action->probe() != nullptr;
}

const ActionSpec* RegistryFacts::spec(const std::string& uses) const {
  const auto* action = registry_.find(uses);
  return action == nullptr ? nullptr : &action->spec();
}

std::vector<std::string> RegistryFacts::check(const std::string& uses, const Value::Map& with,
                                              const Target* target) const {
  const auto* action = registry_.find(uses);
  return action == nullptr ? std::vector<std::string>() : action->check(with, target);
}

}  // namespace rung::engine
