#pragma once

#include "actions/action.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rung::actions {

// The actions that this process offers, by name. Filled once at the start by visible calls, then
// only read.
class Registry {
 public:
  // conflict: the name is taken; invalid: the spec is (no name, a field twice).
  Result<void> add(std::unique_ptr<Action> action);

  Action* find(std::string_view name) const;
  std::vector<std::string_view> names() const;

 private:
  std::map<std::string, std::unique_ptr<Action>, std::less<>> actions_;
};

}  // namespace rung::actions
