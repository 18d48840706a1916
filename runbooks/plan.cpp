#include "runbooks/plan.h"

#include <algorithm>

namespace rung::runbooks {

std::optional<StepIndex> Plan::find(std::string_view address_or_id) const {
  if (address_or_id.empty()) return std::nullopt;
  const auto by = [&](const auto& is_meant) -> std::optional<StepIndex> {
    const auto found = std::find_if(steps.begin(), steps.end(), is_meant);
    if (found == steps.end()) return std::nullopt;
    return StepIndex{static_cast<std::uint32_t>(found - steps.begin())};
  };
  if (const auto index = by([&](const Step& s) { return s.address == address_or_id; }))
    return index;
  return by([&](const Step& s) { return s.id == address_or_id; });
}

}  // namespace rung::runbooks
