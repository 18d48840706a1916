#pragma once

#include "base/result.h"
#include "base/value.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace rung::scripting {

// Why an expression has no value. `detail` may hold contents of values: it is left out of the
// message where a secret was read. `what` never does.
struct Problem {
  std::string what;
  std::string detail = {};
  bool is_over_budget = false;
};

template <class T>
using Computed =
    BOOST_OUTCOME_V2_NAMESPACE::basic_result<T, Problem,
                                             BOOST_OUTCOME_V2_NAMESPACE::policy::terminate>;

// What one evaluation has left. Lua's own instructions are few, because an expression has no loop:
// the work is inside functions, which therefore count it here themselves.
class Meter {
 public:
  Meter(std::int64_t steps, std::size_t bytes) : steps_(steps), bytes_(bytes) {}

  // A step is about the work of one Lua instruction, or of one byte or element that is looked at.
  Computed<void> spend(std::size_t steps);
  // Memory is held until the evaluation ends.
  Computed<void> hold(std::size_t bytes);
  bool try_hold(std::size_t bytes);
  void release(std::size_t bytes) { bytes_ += bytes; }
  std::int64_t steps_left() const { return steps_; }

 private:
  std::int64_t steps_;
  std::size_t bytes_;
};

// What a value occupies, roughly: contents and nodes.
std::size_t footprint(const Value& value);

}  // namespace rung::scripting
