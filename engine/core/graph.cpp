#include "engine/core/graph.h"

namespace rung::engine {

Graph::Graph(Plan plan) : plan_(std::move(plan)), dependents_(plan_.steps.size()) {
  for (std::uint32_t i = 0; i < plan_.steps.size(); ++i) {
    const runbooks::Step& step = plan_.steps[i];
    for (const StepIndex need : step.needs) dependents_[need.number].push_back(StepIndex{i});
    by_address_.emplace(step.address, StepIndex{i});
    if (!step.id.empty() && !step.undoes) by_id_.emplace(step.id, StepIndex{i});
  }
}

std::optional<StepIndex> Graph::find(std::string_view address_or_id) const {
  const auto found = by_address_.find(address_or_id);
  return found != by_address_.end() ? std::optional(found->second) : find_id(address_or_id);
}

std::optional<StepIndex> Graph::find_id(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found != by_id_.end() ? std::optional(found->second) : std::nullopt;
}

}  // namespace rung::engine
