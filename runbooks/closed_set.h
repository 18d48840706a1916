#pragma once

#include "runbooks/plan.h"

#include <optional>
#include <string>
#include <vector>

namespace rung::runbooks {

// What a value may read that is known before a run, or is one of a few things: inputs that are
// sites, enums or bools, the mode, the project's sites, and vars made of these.
struct ClosedNames {
  const Plan& plan;         // inputs, vars and modes
  const Value::Map& sites;  // of the environment that is looked at
};

// All values that a template can take.
struct ClosedSet {
  struct Member {
    Value value;
    std::string where;  // "to=west", "" where nothing chooses
  };
  std::vector<Member> members;  // each value once
  std::string open;             // a name that it reads and that could be anything; "" for none
  std::optional<Error> error;   // with one of the choices it cannot be computed
  std::string error_where;      // which
};

// Every choice is tried: at most `kMostChoices`, beyond which `error` is exhausted.
inline constexpr std::size_t kMostChoices = 2'000;
ClosedSet closed_set(const Template& t, const ClosedNames& names);

}  // namespace rung::runbooks
