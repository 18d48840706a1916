#pragma once

#include "actions/registry.h"
#include "runbooks/catalog.h"

namespace rung::service {

// The registered actions as the loader sees them: specifications and effect classes, no effects.
// Borrows the registry.
class ActionCatalog final : public runbooks::Catalog {
 public:
  explicit ActionCatalog(const actions::Registry& registry) : registry_(registry) {}

  const ActionSpec* find(std::string_view name) const override;
  std::vector<std::string_view> names() const override;
  std::optional<EffectClass> effect_class(std::string_view name,
                                          const Value::Map& constant_inputs) const override;
  std::vector<std::string> check(std::string_view name,
                                 const Value::Map& constant_inputs) const override;

 private:
  const actions::Registry& registry_;
};

}  // namespace rung::service
