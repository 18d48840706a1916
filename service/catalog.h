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
  std::vector<std::string> check(std::string_view name, const Value::Map& constant_inputs,
                                 const Target* target) const override;
  const ConnectionSpec* connection(std::string_view kind) const override;
  std::vector<std::string_view> connections() const override;
  std::vector<std::string> check_connection(std::string_view kind,
                                            const Value::Map& constant_fields) const override;

 private:
  const actions::Registry& registry_;
};

}  // namespace rung::service
