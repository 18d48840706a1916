#pragma once

#include "engine/core/draft.h"

namespace rung::engine {

// Those of the names (of `people:`) that are `by`'s. `commander` is, where `people:` does not say
// who may be one, whoever commands the run now.
std::vector<std::string> names_of(const Graph& graph, const RunState& run,
                                  const std::vector<std::string>& names, const By& by);

// Whether `by` may answer what the step asks `names`; an empty list means anybody. Whom an
// escalation has asked may answer too.
struct Asked {
  NodeIndex step;
  const std::vector<std::string>& names;
};
bool may_answer(const Graph& graph, const RunState& run, Asked asked, const By& by);

// An approval was refused, by a person or by its timeout (`by.who` is empty): the step fails and
// the run does what `on_reject` says.
void reject(Draft& draft, NodeIndex i, const By& by);

}  // namespace rung::engine
