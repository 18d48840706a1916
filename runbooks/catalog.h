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
  // sentence each. Not called for inputs that break the specification. `target`: of the connection
  // what is constant; null where the use names none.
  virtual std::vector<std::string> check(std::string_view /*name*/,
                                         const Value::Map& /*constant_inputs*/,
                                         const Target* /*target*/) const {
    return {};
  }

  // The kinds of connection that rung.yaml may define. nullptr: there is no such kind.
  virtual const ConnectionSpec* connection(std::string_view /*kind*/) const { return nullptr; }
  virtual std::vector<std::string_view> connections() const { return {}; }
  // What is wrong with the fields of a connection that are constant, beyond its specification.
  virtual std::vector<std::string> check_connection(std::string_view /*kind*/,
                                                    const Value::Map& /*constant_fields*/) const {
    return {};
  }
};

}  // namespace rung::runbooks
