#include "base/diagnostic.h"
#include "engine/core/commands.h"

namespace rung::engine {
namespace {

std::vector<NodeIndex> fitting(const Draft& draft, Fits fits) {
  std::vector<NodeIndex> found;
  for (std::uint32_t n = 0; n < draft.state().steps.size(); ++n) {
    if (draft.tree().is_real({n}) && fits(draft, {n})) found.push_back({n});
  }
  return found;
}

std::string addresses(const Draft& draft, const std::vector<NodeIndex>& steps) {
  std::string text;
  for (const NodeIndex i : steps) text += (text.empty() ? "" : ", ") + draft.address(i);
  return text;
}

std::string did_you_mean(const Draft& draft, const std::string& name) {
  std::vector<std::string> addresses;
  for (std::uint32_t n = 0; n < draft.state().steps.size(); ++n) {
    if (draft.tree().is_real({n})) addresses.push_back(draft.address({n}));
  }
  const std::vector<std::string_view> known(addresses.begin(), addresses.end());
  const auto near = nearest(name, known);
  return near.empty() ? "" : "; did you mean " + std::string(near) + "?";
}

}  // namespace

std::optional<NodeIndex> named_step(Draft& draft, const std::string& name, Fits fits,
                                    std::string_view what) {
  const std::string run = run_name(draft.state());
  const auto found = fitting(draft, fits);
  const std::string choice = found.empty() ? "" : ": " + addresses(draft, found);
  if (name.empty()) {
    if (found.size() == 1) return found.front();
    const bool is_none = found.empty();
    draft.refuse(is_none ? ErrorCode::conflict : ErrorCode::invalid,
                 run + (is_none ? " has no " : " has more than one ") + std::string(what) +
                     (is_none ? "" : ", name the step" + choice));
    return std::nullopt;
  }
  const auto i = draft.tree().find(name);
  if (!i || draft.address(*i).empty()) {
    draft.refuse(ErrorCode::not_found, run + " has no step " + name + did_you_mean(draft, name));
    return std::nullopt;
  }
  if (fits(draft, *i)) return i;
  const StepStatus status = draft.at(*i).status;
  const bool has_begun = status != StepStatus::waiting;
  draft.refuse(ErrorCode::conflict,
               draft.address(*i) + " of " + run +
                   (has_begun ? " is " + std::string(name_of(status)) : " has not begun") +
                   ": it is no " + std::string(what) + (has_begun ? "" : " yet") +
                   (found.empty() ? "" : "; there is" + choice.substr(1)));
  return std::nullopt;
}

void continue_if_answered(Draft& draft, const By& by) {
  const auto& paused = draft.state().paused;
  if (!paused || draft.state().failed_by) return;
  if (paused->reason != state::PauseReason::operator_)
    draft.emit(state::RunContinued{by.who, by.say});
}

}  // namespace rung::engine
