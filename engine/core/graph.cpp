#include "engine/core/graph.h"

#include <algorithm>

namespace rung::engine {

Graph::Graph(Plan plan) : plan_(std::move(plan)), dependents_(plan_.steps.size()) {
  measure_subtrees();
  for (std::uint32_t i = 0; i < plan_.steps.size(); ++i) {
    const runbooks::Step& step = plan_.steps[i];
    for (const StepIndex need : step.needs) dependents_[need.number].push_back(StepIndex{i});
    by_address_.emplace(step.address, StepIndex{i});
    if (step.guard) guards_.push_back(StepIndex{i});
    if (!step.locks.empty()) lock_groups_.push_back(StepIndex{i});
    if (!step.id.empty() && !step.undoes)
      by_id_.emplace(std::pair(step.module, step.id), StepIndex{i});
  }
}

void Graph::measure_subtrees() {
  const auto count = static_cast<std::uint32_t>(plan_.steps.size());
  loop_depth_.resize(count, 0);
  end_.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    end_[i] = i + 1;
    const auto parent = plan_.steps[i].parent;
    if (!parent) continue;
    const bool is_body = plan_.steps[parent->number].loop.has_value();
    loop_depth_[i] = loop_depth_[parent->number] + (is_body ? 1 : 0);
  }
  for (std::uint32_t i = count; i-- > 0;) {
    if (const auto parent = plan_.steps[i].parent)
      end_[parent->number] = std::max(end_[parent->number], end_[i]);
  }
}

std::optional<StepIndex> Graph::find_address(std::string_view address) const {
  const auto found = by_address_.find(address);
  return found == by_address_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<StepIndex> Graph::find(std::string_view address_or_id) const {
  const auto found = find_address(address_or_id);
  return found ? found : find_id(0, address_or_id);
}

std::optional<StepIndex> Graph::find_id(std::uint32_t module, std::string_view id) const {
  const auto found = by_id_.find({module, std::string(id)});
  return found != by_id_.end() ? std::optional(found->second) : std::nullopt;
}

}  // namespace rung::engine
