#include "engine/core/attempt.h"
#include "engine/core/commands.h"
#include "engine/core/giving_up.h"
#include "engine/core/needed_outputs.h"
#include "engine/core/run_rules.h"
#include "engine/core/step_rules.h"

namespace rung::engine {
namespace {

bool is_in_doubt(const Draft& draft, NodeIndex i) {
  return draft.at(i).status == StepStatus::in_doubt;
}

void as_not_done(Draft& draft, NodeIndex i, const By& by) {
  draft.emit(i,
             state::AttemptEnded{state::AttemptEnd::not_done, *draft.at(i).error, by.who, by.say});
  if (is_given_up(draft, i)) return fail_step(draft, i, *draft.at(i).error);
  const Due at_once = draft.after(Duration::zero());
  draft.emit(i, state::RetryScheduled{at_once.utc, at_once.boot.count()});
  wake_due(draft);
}

// Nobody will ask the step for its outputs any more: whoever says that it is done gives those that
// are read, or null for each that nobody knows.
std::string not_told(const Draft& draft, NodeIndex i, const Value::Map& outputs) {
  const auto missing = missing_outputs(draft.graph(), draft.state(), i, outputs);
  if (missing.empty()) return "";
  const auto types = outputs_of(draft.step(i), draft.context().facts);
  std::string add;
  for (const NeededOutput& output : missing) add += " -s " + output.name + "=...";
  return draft.address(i) + " gives what is still needed: " + told(missing, types) + ". Add " +
         add + "  (=null for what nobody knows)";
}

// A person's word stands for the attempt, so `expect` holds of it as of any other; what they do not
// know cannot be held against them.
std::string not_expected(const Draft& draft, NodeIndex i, const Value::Map& outputs) {
  for (const auto& [name, value] : outputs) {
    if (value.is_null()) return "";
  }
  const std::string broken = unmet(draft, i, draft.step(i).action.expect, outputs);
  return broken.empty() ? ""
                        : draft.address(i) + " is not done by these outputs: " + broken +
                              "; then it is  --as failed  or  --as not-done";
}

void as_done(Draft& draft, NodeIndex i, const Resolve& command) {
  auto outputs = given_outputs(draft, i, command.outputs);
  if (!outputs) return;
  std::string why = not_told(draft, i, *outputs);
  if (why.empty()) why = not_expected(draft, i, *outputs);
  if (!why.empty()) return draft.refuse(ErrorCode::invalid, std::move(why));
  draft.emit(i, state::StepSucceeded{std::move(*outputs), false, command.by.who, command.by.say});
}

// Decided, and not known to be so: its site may be gone for ever.
bool is_unsettled(const Draft& draft, NodeIndex i) {
  if (draft.step(i).kind != StepKind::participant) return false;
  const StepStatus status = draft.at(i).status;
  if (status == StepStatus::in_doubt) return true;
  const auto poll = draft.state().polls.find(*draft.tree().parent(i));
  const bool is_decided = poll != draft.state().polls.end() && poll->second.commit;
  return is_decided && (status == StepStatus::running || status == StepStatus::backing_off);
}

void as_settled(Draft& draft, const Resolve& command) {
  const auto i =
      named_step(draft, command.step, is_unsettled, "participant of which that can be said");
  if (!i) return;
  const StepState& state = draft.at(*i);
  const bool is_in_flight =
      state.status == StepStatus::running && state.phase == AttemptPhase::in_flight;
  if (is_in_flight) draft.perform(CancelAttempt{*i, false});
  draft.emit(*i, state::ParticipantSettled{command.as == ResolveAs::committed, false, "",
                                           command.by.who, command.by.say});
}

}  // namespace

void carry_out(Draft& draft, const Resolve& command) {
  const bool settles = command.as == ResolveAs::committed || command.as == ResolveAs::rolled_back;
  if (settles) return as_settled(draft, command);
  const auto i = named_step(draft, command.step, is_in_doubt, "step in doubt");
  if (!i) return;
  if (draft.step(*i).kind == StepKind::participant) {
    return draft.refuse(
        ErrorCode::invalid,
        draft.address(*i) + " is a participant: say  --as committed  or  --as rolled-back");
  }
  const By& by = command.by;
  switch (command.as) {
    case ResolveAs::done: return as_done(draft, *i, command);
    case ResolveAs::not_done: return as_not_done(draft, *i, by);
    case ResolveAs::failed:
    case ResolveAs::committed:
    case ResolveAs::rolled_back: break;
  }
  const ActionError error{ErrorClass::refused, by.who + " resolved it as failed" +
                                                   (by.say.empty() ? "" : ": " + by.say)};
  draft.emit(*i, state::AttemptEnded{state::AttemptEnd::failed, error, by.who, by.say});
  fail_step(draft, *i, error);
}

}  // namespace rung::engine
