#pragma once

#include "engine/core/draft.h"

#include <string>
#include <string_view>
#include <vector>

namespace rung::engine {

// The mode in which nothing real may be changed.
inline constexpr std::string_view kDrill = "drill";

// Why a use of this connection may not begin; "" where it may. In a drill everything but reading
// needs a connection that the run's environment puts in the place of the real one.
std::string refused_in_drill(const Draft& draft, const runbooks::Step& step, const Value::Map& with,
                             const std::string& target);

// The same of a whole run at its creation, as far as it is known then: a sentence for each step
// that would change something real. What hangs on other steps (a `when`, an item of a loop, the
// inputs of a child) is left to its own moment.
std::vector<std::string> refused_in_drill(const RunState& created, const Context& context);

}  // namespace rung::engine
