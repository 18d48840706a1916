#pragma once

#include "actions/action.h"
#include "actions/connection.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rung::actions {

// The actions that this process offers, and the kinds of connection that they work on, by name.
// Filled once at the start by visible calls, then only read.
class Registry {
 public:
  // conflict: the name is taken; invalid: the spec is (no name, a field twice, a target of a kind
  // that was not added before).
  Result<void> add(std::unique_ptr<Action> action);
  Result<void> add(ConnectionKind kind);

  // nullptr: there is none.
  Action* find(std::string_view name) const;
  std::vector<std::string_view> names() const;
  const ConnectionKind* connection(std::string_view name) const;
  std::vector<std::string_view> connections() const;
  // The target with its fields as its kind says. invalid: they are not, or there is no such kind.
  Result<Target> conform(Target target) const;

 private:
  Result<void> check_target(const ActionSpec& spec) const;

  std::map<std::string, std::unique_ptr<Action>, std::less<>> actions_;
  std::map<std::string, ConnectionKind, std::less<>> connections_;
};

}  // namespace rung::actions
