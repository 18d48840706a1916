#pragma once

#include "engine/core/draft.h"

#include <string>
#include <string_view>

namespace rung::engine {

// The mode in which nothing real may be changed.
inline constexpr std::string_view kDrill = "drill";

// Why a use of this connection may not begin; "" where it may. In a drill everything but reading
// needs a connection that the run's environment puts in the place of the real one.
std::string refused_in_drill(const Draft& draft, const runbooks::Step& step, const Value::Map& with,
                             const std::string& target);

}  // namespace rung::engine
