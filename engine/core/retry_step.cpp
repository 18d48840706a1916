#include "engine/core/commands.h"
#include "engine/core/corrections.h"
#include "engine/core/needed_outputs.h"
#include "engine/core/step_rules.h"
#include "engine/core/two_phase.h"

namespace rung::engine {
namespace {

// Failed where that still holds the run: not in a group that has ended because of it.
bool is_held_failure(const Draft& draft, NodeIndex i) {
  const StepState& step = draft.at(i);
  if (step.status == StepStatus::backing_off) return true;
  if (draft.step(i).kind == StepKind::participant) return false;  // its transaction is tried again
  if (step.status != StepStatus::failed || step.is_tolerated) return false;
  if (draft.tree().undoes(i)) return draft.state().stuck_at == draft.address(i);
  if (draft.state().phase != RunPhase::steps || draft.state().ending) return false;
  for (auto up = draft.tree().parent(i); up; up = draft.tree().parent(*up)) {
    if (draft.at(*up).status != StepStatus::running) return false;
  }
  return true;
}

// A script that does something else than its record says would do so each time. Whatever the run
// is about to do, only a person can end it.
bool has_strayed(const Draft& draft, NodeIndex i) {
  const auto& paused = draft.state().paused;
  return paused && paused->reason == state::PauseReason::changed &&
         paused->step == draft.address(i) && draft.state().loops.scripts.of(i) != nullptr &&
         draft.at(i).status == StepStatus::running;
}

bool is_skippable(const Draft& draft, NodeIndex i) {
  if (has_strayed(draft, i)) return true;
  const StepState& step = draft.at(i);
  const StepKind kind = draft.step(i).kind;
  const bool asks = kind == StepKind::approve || kind == StepKind::participant;
  // Its steps can be; it begins with the end of the run, whatever became of them.
  const bool is_end_of_run = i == node_of(draft.graph().plan().finally);
  if (asks || is_end_of_run || draft.address(i).empty() ||
      draft.state().ending.has_value() != draft.tree().undoes(i).has_value()) {
    return false;
  }
  if (step.status == StepStatus::failed) return is_held_failure(draft, i);
  if (step.status == StepStatus::waiting)
    return !draft.tree().undoes(i) && draft.state().phase == RunPhase::steps;
  return step.status == StepStatus::running && step.phase == AttemptPhase::none &&
         kind != StepKind::group && kind != StepKind::two_phase;
}

std::optional<Target> target_of(const Draft& draft, NodeIndex i) {
  const auto& connections = draft.graph().plan().connections;
  const auto found = connections.find(draft.at(i).target);
  if (found == connections.end()) return std::nullopt;
  Target target{found->first, found->second.uses, {}};
  for (const auto& [name, field] : found->second.fields) {
    if (runbooks::is_constant(field)) target.fields.emplace(name, runbooks::constant_value(field));
  }
  return target;
}

// False: refused.
bool correct(Draft& draft, NodeIndex i, const RetryStep& command) {
  const auto& earlier = draft.state().corrections;
  const auto so_far = earlier.find(i);
  auto with = read_corrections(
      {draft.step(i), so_far == earlier.end() ? Value::Map{} : so_far->second, target_of(draft, i)},
      command.with, *draft.context().facts);
  if (!with) {
    draft.refuse(with.error().code(), with.error().message());
    return false;
  }
  draft.emit(i, state::StepCorrected{std::move(with).value(), command.by.who, command.by.say});
  return true;
}

// Whether it looks for a step that may still begin.
bool looks_before(const Draft& draft, NodeIndex i) {
  const auto parent = draft.tree().parent(i);
  if (!parent) return false;
  const auto siblings = draft.tree().children(*parent);
  return std::any_of(siblings.begin(), siblings.end(), [&](NodeIndex other) {
    return draft.tree().before(other) == i && draft.at(other).status == StepStatus::waiting;
  });
}

// Whatever the run does: what was decided is carried out.
void tell_now(Draft& draft, NodeIndex i, const RetryStep& command) {
  if (!command.with.empty()) {
    return draft.refuse(ErrorCode::conflict,
                        draft.address(i) + " is prepared and decided: its inputs stand");
  }
  if (draft.context().driving == Driving::drive) tell_again(draft, i);
}

}  // namespace

void carry_out(Draft& draft, const RetryStep& command) {
  const auto i =
      named_step(draft, command.step, is_held_failure, "failed step that can be tried again");
  if (!i) return;
  const bool is_delayed = draft.at(*i).status == StepStatus::backing_off;
  const bool may_begin = draft.context().driving == Driving::drive && may_start(draft.state());
  const bool is_participant = draft.step(*i).kind == StepKind::participant;
  if (is_delayed && !may_begin && command.with.empty() && !is_participant) {
    return draft.refuse(ErrorCode::conflict, draft.address(*i) + " is tried again by itself; " +
                                                 run_name(draft.state()) +
                                                 " must be driven and not paused for it");
  }
  if (is_participant) return tell_now(draft, *i, command);
  if (!command.with.empty() && !correct(draft, *i, command)) return;
  if (is_delayed) {
    if (may_begin) begin_attempt(draft, *i);
    return;
  }
  draft.emit(*i, state::StepReset{command.by.who, command.by.say});
  continue_if_answered(draft, command.by);
}

void carry_out(Draft& draft, const SkipStep& command) {
  const auto named = command.step.empty() ? std::nullopt : draft.tree().find(command.step);
  if (named && draft.at(*named).status == StepStatus::in_doubt) {
    return draft.refuse(
        ErrorCode::conflict,
        draft.address(*named) +
            " is in doubt and cannot be skipped: say what happened with rung resolve");
  }
  if (named && draft.step(*named).kind == StepKind::approve) {
    return draft.refuse(ErrorCode::conflict,
                        "an approval cannot be skipped: rung approve, or rung reject");
  }
  const auto i =
      named_step(draft, command.step, is_skippable, "failed or waiting step that can be skipped");
  if (!i) return;
  auto outputs = given_outputs(draft, *i, command.outputs);
  if (!outputs) return;
  const auto missing = missing_outputs(draft.graph(), draft.state(), *i, *outputs);
  if (!missing.empty() && looks_before(draft, *i)) {
    return draft.refuse(ErrorCode::conflict,
                        "nothing could be put back without what " + draft.address(*i) +
                            " was to see: give " +
                            told(missing, outputs_of(draft.step(*i), draft.context().facts)) +
                            ":  -s " + missing.front().name + "=...  , or skip the step itself");
  }
  if (!missing.empty()) {
    draft.notice("null from now on: " +
                 told(missing, outputs_of(draft.step(*i), draft.context().facts)));
  }
  stop_looking(draft, *i);
  if (has_strayed(draft, *i)) leave_steps_of_script(draft, *i);
  draft.emit(*i, state::StepSkipped{"skip", std::move(*outputs), command.by.who, command.by.say});
  continue_if_answered(draft, command.by);
}

}  // namespace rung::engine
