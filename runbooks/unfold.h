#pragma once

#include "runbooks/draft.h"

#include <vector>

namespace rung::runbooks {

// The steps of a plan in their final order, each beside the draft it came from (nullptr for the
// two roots). The drafts belong to the `Draft`, which must stay in place.
struct Unfolded {
  std::vector<Step> steps;
  std::vector<const DraftStep*> drafts;
};

// Root and finally first, then reading order, an undo step right after what it undoes. Reports ids
// that are missing or twice, needs that lead nowhere, and circles.
Unfolded unfold(const Draft& draft, Report& report);

}  // namespace rung::runbooks
