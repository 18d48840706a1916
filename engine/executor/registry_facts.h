#pragma once

#include "actions/registry.h"
#include "engine/core/decide.h"

namespace rung::engine {

// What the core asks about actions, answered by the registry. An action that this binary does not
// have counts as `once`: nothing is repeated of which nothing is known.
class RegistryFacts final : public ActionFacts {
 public:
  // `registry` outlives this.
  explicit RegistryFacts(const actions::Registry& registry) : registry_(registry) {}

  EffectClass effect_class(const std::string& uses, const Value::Map& with) const override;
  bool can_probe(const std::string& uses) const override;
  const ActionSpec* spec(const std::string& uses) const override;
  std::vector<std::string> check(const std::string& uses, const Value::Map& with,
                                 const Target* target) const override;

 private:
  const actions::Registry& registry_;
};

}  // namespace rung::engine
