#include "engine/core/attempt.h"
#include "engine/core/commands.h"
#include "engine/core/step_rules.h"
#include "engine/core/two_phase.h"

namespace rung::engine {
namespace {

using state::AttemptEnd;

struct End {
  AttemptEnd end;
  ActionError error;
};

End end_of(const Outcome& outcome) {
  if (const auto* not_done = std::get_if<NotDone>(&outcome))
    return {AttemptEnd::not_done, not_done->error};
  if (const auto* failed = std::get_if<Failed>(&outcome))
    return {AttemptEnd::failed, failed->error};
  return {AttemptEnd::unknown, std::get<Unknown>(outcome).error};
}

void end_badly(Draft& draft, NodeIndex i, End end, Seen seen) {
  draft.emit(i, state::AttemptEnded{end.end, std::move(end.error), "", ""});
  after_bad_end(draft, i, seen);
}

void succeed(Draft& draft, NodeIndex i, const Done& done) {
  state::StepSucceeded succeeded;
  succeeded.outputs = done.outputs;
  succeeded.adopted = done.adopted;
  draft.emit(i, std::move(succeeded));
}

}  // namespace

std::string unmet(const Draft& draft, NodeIndex i, const runbooks::Expression& expect,
                  const Value::Map& outputs) {
  if (expect.text.empty()) return "";
  RunScope scope = draft.scope(i);
  scope.add("self", self_of(draft.graph(), draft.state(), i));
  scope.add_all(outputs);
  auto held = draft.context().evaluator->evaluate(expect.text, scope);
  if (!held) return "expect: " + held.error().message();
  const bool* yes = held.value().boolean();
  if (yes == nullptr) return "expect: " + expect.text + " is neither true nor false";
  return *yes ? "" : "expect: " + expect.text + " does not hold";
}

void carry_out(Draft& draft, const FinishAttempt& command) {
  const NodeIndex i = command.step;
  const StepState& step = draft.at(i);
  const bool is_awaited = step.status == StepStatus::running &&
                          step.phase == AttemptPhase::in_flight && step.attempts == command.attempt;
  if (!is_awaited) return;
  const Seen seen = command.after_restart ? Seen::after_restart : Seen::live;
  draft.perform(ForgetAttempt{i, command.generation, command.attempt});
  if (draft.step(i).kind == StepKind::participant)
    return finish_participant(draft, i, command.outcome);
  const auto* done = std::get_if<Done>(&command.outcome);
  if (done == nullptr) return end_badly(draft, i, end_of(command.outcome), seen);
  const std::string broken = unmet(draft, i, draft.step(i).action.expect, done->outputs);
  if (broken.empty()) return succeed(draft, i, *done);
  end_badly(draft, i, {AttemptEnd::failed, {ErrorClass::refused, broken}}, Seen::live);
}

void carry_out(Draft& draft, const FinishProbe& command) {
  const NodeIndex i = command.step;
  const StepState& step = draft.at(i);
  const bool is_awaited = step.status == StepStatus::running &&
                          step.phase == AttemptPhase::unknown && step.attempts == command.attempt;
  if (!is_awaited) return;
  const Seen seen = command.after_restart ? Seen::after_restart : Seen::live;
  if (const auto* done = std::get_if<Done>(&command.answer)) {
    const auto& probe = draft.step(i).probe;
    const std::string broken = probe ? unmet(draft, i, probe->expect, done->outputs) : "";
    if (broken.empty()) return succeed(draft, i, Done{done->outputs, true});
    return end_badly(
        draft, i,
        {AttemptEnd::not_done, {ErrorClass::refused, "the probe says not done: " + broken}}, seen);
  }
  if (const auto* not_done = std::get_if<NotDone>(&command.answer)) {
    return end_badly(draft, i, {AttemptEnd::not_done, not_done->error}, seen);
  }
  draft.emit(i, state::StepInDoubt{std::get<Unknown>(command.answer).error.message});
}

}  // namespace rung::engine
