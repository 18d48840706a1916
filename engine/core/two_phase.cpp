#include "engine/core/two_phase.h"

#include "base/time.h"
#include "engine/core/attempt.h"
#include "engine/core/retry.h"
#include "engine/core/run_rules.h"
#include "engine/core/step_rules.h"

#include <limits>

namespace rung::engine {
namespace {

using state::Turn;

const Poll& poll_of(const Draft& draft, NodeIndex participant) {
  return draft.state().polls.at(*draft.tree().parent(participant));
}
const Ballot& ballot_of(const Draft& draft, NodeIndex participant) {
  return draft.state().ballots.at(participant);
}

// Until it is confirmed: as long as it takes.
runbooks::Retry until_confirmed() {
  return {std::numeric_limits<std::int32_t>::max(),
          std::chrono::seconds(1),
          std::chrono::minutes(1),
          {}};
}

void settle(Draft& draft, NodeIndex i, bool committed, bool adopted, std::string detail) {
  draft.emit(i, state::ParticipantSettled{committed, adopted, std::move(detail), "", ""});
}

// --- prepare

state::AttemptEnded ended(const Outcome& outcome) {
  const ActionError& error = *error_of(outcome);
  if (std::holds_alternative<NotDone>(outcome)) return {state::AttemptEnd::not_done, error, "", ""};
  if (std::holds_alternative<Failed>(outcome)) return {state::AttemptEnd::failed, error, "", ""};
  return {state::AttemptEnd::unknown, error, "", ""};
}

void finish_prepare(Draft& draft, NodeIndex i, const Outcome& outcome) {
  const auto* done = std::get_if<Done>(&outcome);
  if (done == nullptr) return draft.emit(i, ended(outcome));
  const std::string broken = unmet(draft, i, draft.step(i).action.expect, done->outputs);
  draft.emit(i, state::ParticipantPrepared{done->outputs, done->receipt});
  if (!broken.empty())
    abort_two_phase(draft, *draft.tree().parent(i),
                    {ErrorClass::refused, draft.address(i) + ": " + broken});
}

// --- commit, rollback

void try_again_later(Draft& draft, NodeIndex i, const Outcome& outcome) {
  draft.emit(i, ended(outcome));
  const Due due =
      draft.after(retry_delay(until_confirmed(), ballot_of(draft, i).told,
                              jitter_of(draft.state(), draft.address(i), draft.at(i).attempts)));
  draft.emit(i, state::RetryScheduled{due.utc, due.boot.count()});
}

void finish_telling(Draft& draft, NodeIndex i, const Outcome& outcome) {
  const bool commits = ballot_of(draft, i).turn == Turn::commit;
  if (const auto* done = std::get_if<Done>(&outcome))
    return settle(draft, i, commits, done->adopted, "");
  if (const auto* failed = std::get_if<Failed>(&outcome)) {
    if (failed->error.error_class == ErrorClass::conflict)
      return settle(draft, i, !commits, true, failed->error.message);
    if (failed->error.error_class == ErrorClass::not_found) {
      draft.emit(i, ended(Unknown{failed->error}));
      return draft.emit(i, state::StepInDoubt{failed->error.message});
    }
  }
  try_again_later(draft, i, outcome);
}

// What the first participant that votes against says. One that has not voted yet says nothing.
std::optional<ActionError> objection(const Draft& draft, NodeIndex two_phase) {
  std::optional<ActionError> unsaid;
  for (const NodeIndex i : draft.tree().children(two_phase)) {
    const StepState& state = draft.at(i);
    const bool is_for =
        state.phase == AttemptPhase::prepared || state.status == StepStatus::succeeded;
    if (is_for) continue;
    const std::string who = draft.address(i) + ": ";
    if (state.error) return ActionError{state.error->error_class, who + state.error->message};
    if (!unsaid) unsaid = ActionError{ErrorClass::refused, who + "somebody rolled it back"};
  }
  return unsaid;
}

bool is_mixed(const Draft& draft, NodeIndex i, bool commits) {
  const StepState& state = draft.at(i);
  return !state.who.empty() || (state.status == StepStatus::succeeded) != commits;
}

std::string how_it_stands(const Draft& draft, NodeIndex two_phase) {
  std::string text;
  for (const NodeIndex i : draft.tree().children(two_phase)) {
    const StepState& state = draft.at(i);
    text += (text.empty() ? "" : ", ") + draft.address(i) +
            (state.status == StepStatus::succeeded ? " is committed" : " is rolled back");
    if (!state.who.empty()) text += " as " + state.who + " says";
  }
  return text;
}

// Loud, and at once: nothing that Rung could still do makes them alike again.
void end_as_mixed(Draft& draft, NodeIndex i) {
  const std::string address = draft.address(i);
  const std::string why = "mixed: " + how_it_stands(draft, i);
  draft.emit(i, state::StepFailed{{ErrorClass::conflict, why}, false});
  const state::RunEnding ending{state::Ending::fail, address, why, "", "", false};
  if (draft.state().phase == RunPhase::steps)
    return begin_ending(draft, ending, CancelRunning::drain);
  draft.emit(ending);
}

std::string name_of_participant(const Draft& draft, NodeIndex i) {
  const std::string& address = draft.step(i).address;
  return address.substr(address.rfind('/') + 1);
}

}  // namespace

void open_two_phase(Draft& draft, NodeIndex i) {
  const Due due = draft.after(draft.step(i).two_phase.prepare_within);
  state::StepOpened opened;
  opened.due = due.utc;
  opened.due_boot_ns = due.boot.count();
  draft.emit(i, std::move(opened));
}

void finish_participant(Draft& draft, NodeIndex i, const Outcome& outcome) {
  if (ballot_of(draft, i).turn == Turn::work) return finish_prepare(draft, i, outcome);
  finish_telling(draft, i, outcome);
}

void abort_two_phase(Draft& draft, NodeIndex i, ActionError why) {
  const auto poll = draft.state().polls.find(i);
  if (poll == draft.state().polls.end() || poll->second.commit) return;
  draft.emit(i, state::TwoPhaseDecided{false, std::move(why)});
  for (const NodeIndex child : draft.tree().children(i)) {
    const StepState& state = draft.at(child);
    const bool is_in_flight =
        state.status == StepStatus::running && state.phase == AttemptPhase::in_flight;
    if (is_in_flight) draft.perform(CancelAttempt{child, false});
  }
}

bool decide_two_phase(Draft& draft) {
  if (draft.state().to_decide.empty()) return false;
  const NodeIndex i = *draft.state().to_decide.begin();
  if (auto error = objection(draft, i))
    abort_two_phase(draft, i, std::move(*error));
  else
    draft.emit(i, state::TwoPhaseDecided{true, {}});
  return true;
}

bool settle_participant(Draft& draft) {
  if (draft.state().to_settle.empty()) return false;
  const NodeIndex i = *draft.state().to_settle.begin();
  const bool commits = *poll_of(draft, i).commit;
  const StepState& state = draft.at(i);
  if (state.status == StepStatus::waiting) {
    settle(draft, i, false, false, "it never began");
  } else if (state.phase == AttemptPhase::prepared && ballot_of(draft, i).receipt.is_null()) {
    settle(draft, i, commits, false, "it changed nothing");
  } else if (ballot_of(draft, i).turn == Turn::work &&
             (state.phase == AttemptPhase::failed || state.phase == AttemptPhase::not_done)) {
    settle(draft, i, false, false, state.error->message);
  } else {
    tell_again(draft, i);
  }
  return true;
}

void tell_again(Draft& draft, NodeIndex i) {
  const StepState& before = draft.at(i);
  state::StepStarted started;
  started.attempt = before.attempts + 1;
  started.generation = before.generation;
  started.effect_class = before.effect_class;
  started.boot_ns = draft.context().now.boot.count();
  started.turn = *poll_of(draft, i).commit ? Turn::commit : Turn::rollback;
  draft.emit(i, std::move(started));
  draft.perform(StartAttempt{i});
}

void end_two_phase(Draft& draft, NodeIndex i) {
  const Poll poll = draft.state().polls.at(i);
  const bool commits = poll.commit.value_or(false);
  Value::Map outputs;
  bool is_any_mixed = false;
  for (const NodeIndex child : draft.tree().children(i)) {
    is_any_mixed = is_any_mixed || is_mixed(draft, child, commits);
    outputs.emplace(name_of_participant(draft, child), Value(draft.at(child).outputs));
  }
  if (is_any_mixed) return end_as_mixed(draft, i);
  if (!commits) return fail_step(draft, i, poll.error);
  state::StepSucceeded done;
  done.outputs = {{"participants", Value(std::move(outputs))}};
  draft.emit(i, std::move(done));
}

}  // namespace rung::engine
