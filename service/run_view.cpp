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

std::string ends_text(const std::vector<EngineView>& engines) {
  std::int64_t killed = 0;
  std::int64_t stopped = 0;
  for (const EngineView& engine : engines) {
    if (engine.is_takeover && engine.was_interrupted)
      (engine.previous_stopped ? stopped : killed) += 1;
  }
  std::string text = killed > 0 ? std::to_string(killed) + " killed or lost" : "";
  if (stopped > 0)
    text += (text.empty() ? "" : ", ") + std::to_string(stopped) + " stopped in order";
  return text;
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
