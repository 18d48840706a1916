#include "engine/core/people.h"

#include "engine/core/run_rules.h"

#include <algorithm>

namespace rung::engine {

namespace {

bool has(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool is_named(const Graph& graph, const RunState& run, const std::string& name, const By& by) {
  const auto& people = graph.plan().people;
  const auto person = people.find(name);
  if (person == people.end()) return name == "commander" && run.commander == by.who;
  if (has(person->second.users, by.who)) return true;
  return std::any_of(by.groups.begin(), by.groups.end(),
                     [&](const std::string& group) { return has(person->second.groups, group); });
}

}  // namespace

std::vector<std::string> names_of(const Graph& graph, const RunState& run,
                                  const std::vector<std::string>& names, const By& by) {
  std::vector<std::string> theirs;
  std::copy_if(names.begin(), names.end(), std::back_inserter(theirs),
               [&](const std::string& name) { return is_named(graph, run, name, by); });
  return theirs;
}

bool may_answer(const Graph& graph, const RunState& run, Asked asked, const By& by) {
  if (asked.names.empty() || !names_of(graph, run, asked.names, by).empty()) return true;
  const auto asking = run.asking.find(asked.step);
  const bool is_escalated = asking != run.asking.end() && asking->second.is_escalated;
  return is_escalated &&
         !names_of(graph, run, StepTree(graph, run.loops).step(asked.step).reminding.escalate_to,
                   by)
              .empty();
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
