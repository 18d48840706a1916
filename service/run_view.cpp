#include "service/run_view.h"

#include <algorithm>

namespace rung::service {

bool RunView::has_tolerated_failures() const {
  return std::any_of(steps.begin(), steps.end(), [](const StepView& s) {
    return s.status == StepStatus::failed && s.is_tolerated;
  });
}

bool RunView::needs_person() const {
  if (is_over() || needs.empty()) return false;
  return std::all_of(needs.begin(), needs.end(),
                     [](const Need& n) { return n.is_for_person && !n.ends_well_by_itself; });
}

bool RunView::has_need(NeedKind kind) const {
  return std::any_of(needs.begin(), needs.end(), [&](const Need& n) { return n.kind == kind; });
}

const StepView* RunView::step(std::string_view address_or_id) const {
  const auto by_address = std::find_if(
      steps.begin(), steps.end(), [&](const StepView& s) { return s.address == address_or_id; });
  if (by_address != steps.end()) return &*by_address;
  const auto by_id = std::find_if(steps.begin(), steps.end(), [&](const StepView& s) {
    return s.id == address_or_id && !s.is_undo;
  });
  return by_id == steps.end() ? nullptr : &*by_id;
}

}  // namespace rung::service
