#pragma once

#include "base/action_spec.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rung::runbooks {

// The actions that a runbook may use, as far as the loader needs to know them: their names and
// specifications, not the actions themselves. Outlives the loading; answers are pure.
class Catalog {
 public:
  virtual ~Catalog() = default;
  // nullptr: there is no such action.
  virtual const ActionSpec* find(std::string_view name) const = 0;
  virtual std::vector<std::string_view> names() const = 0;
  // The class of one use, where the inputs that are known before the run settle it. Empty: only
  // the run can tell.
  virtual std::optional<EffectClass> effect_class(std::string_view name,
                                                  const Value::Map& constant_inputs) const = 0;
  // What is wrong with the inputs that are known before the run, beyond the specification: one
  // sentence each. Not called for inputs that break the specification.
  virtual std::vector<std::string> check(std::string_view /*name*/,
                                         const Value::Map& /*constant_inputs*/) const {
    return {};
  }
};

}  // namespace rung::runbooks
