#include "engine/core/people.h"

#include "engine/core/run_rules.h"

#include <algorithm>

namespace rung::engine {

bool is_one_of(const Plan& plan, const std::vector<std::string>& names, const By& by) {
  if (names.empty()) return true;
  const auto has = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    const auto person = plan.people.find(name);
    if (person == plan.people.end()) return false;
    if (has(person->second.users, by.who)) return true;
    return std::any_of(by.groups.begin(), by.groups.end(),
                       [&](const std::string& group) { return has(person->second.groups, group); });
  });
}

void reject(Draft& draft, NodeIndex i, const By& by) {
  const runbooks::Step& step = draft.step(i);
  const std::string who = by.who.empty() ? "" : " by " + by.who;
  const std::string why =
      draft.address(i) + " was rejected" + who + (by.say.empty() ? "" : ": " + by.say);
  if (step.approve.on_reject == runbooks::OnReject::proceed) {
    state::StepSucceeded done;
    done.outputs = {{"approved", Value(false)}, {"by", Value(by.who)}};
    done.who = by.who;
    done.say = by.say;
    return draft.emit(i, std::move(done));
  }
  draft.emit(i, state::StepFailed{{ErrorClass::refused, why}, false});
  if (draft.state().ending) return;
  const bool undoes =
      step.approve.on_reject == runbooks::OnReject::undo_run && !draft.state().no_return;
  const auto ending = undoes ? state::Ending::undo : state::Ending::cancel;
  begin_ending(draft, {ending, draft.address(i), why, by.who, by.say, false}, CancelRunning::drain);
}

}  // namespace rung::engine
