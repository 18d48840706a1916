#pragma once

#include "runbooks/plan.h"

#include <set>
#include <string>
#include <vector>

namespace rung::runbooks {

// Which steps have surely ended when another one begins. Refers to the steps.
class StepOrder {
 public:
  explicit StepOrder(const std::vector<Step>& steps);

  enum class Relation : unsigned char {
    before,  // `other` has ended, or was skipped, when `reader` begins
    itself,
    around,        // `other` is a group that holds `reader`
    after,         // `other` begins only when `reader` has ended
    other_branch,  // of a choice: only one of the two begins at all
    in_loop,       // `other` is in a loop that does not hold `reader`: there is one for each item
    unordered,     // nothing says which comes first
  };
  // How `other` stands to `reader`. An undo step stands where the step that it undoes does, which
  // is itself before it.
  Relation relation(StepIndex reader, StepIndex other) const;

  // `i` and the groups that hold it, from the inside, without the roots.
  std::vector<StepIndex> chain(StepIndex i) const;
  // The innermost loop that holds `other` and not `reader` (none: the end of the run).
  std::optional<StepIndex> loop_between(std::optional<StepIndex> reader, StepIndex other) const;

 private:
  const Step& step(StepIndex i) const { return steps_[i.number]; }
  bool needs(StepIndex from, StepIndex to) const;

  const std::vector<Step>& steps_;
  std::set<StepIndex> graphs_;  // groups whose children name their `needs`
};

}  // namespace rung::runbooks
