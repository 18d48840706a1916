#pragma once

#include "runbooks/plan.h"
#include "state/event.h"

#include <string>
#include <vector>

namespace rung::engine {

// Whether enough people have approved: `count` of them, or with `each` one for each name, where
// nobody stands for two of them.
bool is_quorum(const runbooks::ApproveSpec& spec, const std::vector<state::Voted>& votes);

// What is missing, for people: "1 more", "one of lead". "" where nothing is.
std::string missing_text(const runbooks::ApproveSpec& spec, const std::vector<state::Voted>& votes);

}  // namespace rung::engine
