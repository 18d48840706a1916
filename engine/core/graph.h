#pragma once

#include "runbooks/plan.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rung::engine {

using runbooks::Plan;
using runbooks::StepIndex;
using runbooks::StepKind;

// A plan with the look-ups that deciding needs, computed once and shared by all runs of the plan.
// Immutable.
class Graph {
 public:
  explicit Graph(Plan plan);

  const Plan& plan() const { return plan_; }
  const runbooks::Step& step(StepIndex i) const { return plan_.steps[i.number]; }
  std::size_t size() const { return plan_.steps.size(); }

  // Siblings that need this step.
  const std::vector<StepIndex>& dependents(StepIndex i) const { return dependents_[i.number]; }
  // By address or, where that is none, by id.
  std::optional<StepIndex> find(std::string_view address_or_id) const;
  std::optional<StepIndex> find_address(std::string_view address) const;
  // The step of this id in the file of a module; ids are unique there.
  std::optional<StepIndex> find_id(std::uint32_t module, std::string_view id) const;
  // What is looked at beside the steps: `abort_if`.
  const std::vector<StepIndex>& guards() const { return guards_; }
  // Groups with locks of their own, in reading order.
  const std::vector<StepIndex>& lock_groups() const { return lock_groups_; }
  // How many loops are around the step.
  std::uint32_t loop_depth(StepIndex i) const { return loop_depth_[i.number]; }
  // The step and all under it: they lie side by side.
  std::uint32_t subtree_size(StepIndex i) const { return end_[i.number] - i.number; }

 private:
  void measure_subtrees();

  Plan plan_;
  std::vector<std::vector<StepIndex>> dependents_;
  std::vector<StepIndex> guards_;
  std::vector<StepIndex> lock_groups_;
  std::vector<std::uint32_t> loop_depth_;
  std::vector<std::uint32_t> end_;  // of the subtree, one past its last step
  std::map<std::string, StepIndex, std::less<>> by_address_;
  std::map<std::pair<std::uint32_t, std::string>, StepIndex> by_id_;
};

}  // namespace rung::engine
