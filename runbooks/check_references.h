#pragma once

#include "runbooks/catalog.h"
#include "runbooks/unfold.h"

namespace rung::runbooks {

struct Checking {
  Report& report;
  const Catalog& catalog;
};

// Every expression of the runbook: its syntax, the names it reads, whether the steps it reads can
// have run before it and have such an output, whether a condition can be a bool.
void check_references(const Draft& draft, const Unfolded& unfolded, Checking checking);

// The members of `run` that expressions may read; the engine provides them.
const std::vector<std::string_view>& run_members();

}  // namespace rung::runbooks
