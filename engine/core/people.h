#pragma once

#include "engine/core/draft.h"

namespace rung::engine {

// Whether `by` is one of the people named; an empty list means anybody.
bool is_one_of(const Plan& plan, const std::vector<std::string>& names, const By& by);

// An approval was refused, by a person or by its timeout (`by.who` is empty): the step fails and
// the run does what `on_reject` says.
void reject(Draft& draft, NodeIndex i, const By& by);

}  // namespace rung::engine
