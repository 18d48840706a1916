#include "engine/core/attempt.h"
#include "engine/core/corrections.h"
#include "engine/core/giving_up.h"
#include "engine/core/resolve.h"
#include "engine/core/retry.h"
#include "engine/core/run_rules.h"
#include "engine/core/step_rules.h"
#include "engine/core/two_phase.h"

namespace rung::engine {
namespace {

using runbooks::Step;

bool is_out_of_time(const Draft& draft, NodeIndex i) {
  const auto limit = step_limit(draft.step(i), draft.at(i));
  return limit && is_due(*limit, draft.context().now);
}

bool tries_are_over(const Draft& draft, NodeIndex i) {
  return is_given_up(draft, i) || is_out_of_time(draft, i);
}

void schedule(Draft& draft, NodeIndex i, Duration delay) {
  const Due due = draft.after(delay);
  draft.emit(i, state::RetryScheduled{due.utc, due.boot.count()});
}

bool retries(Draft& draft, NodeIndex i) {
  const StepState& state = draft.at(i);
  if (tries_are_over(draft, i)) return false;
  const auto policy = retry_policy(draft.graph().plan(), draft.step(i), state.effect_class);
  const std::int64_t tries = state.attempts - state.budget_from;
  if (!grants_retry(policy, tries, state.error->error_class)) return false;
  schedule(draft, i,
           retry_delay(policy, tries, jitter_of(draft.state(), draft.address(i), state.attempts)));
  return true;
}

// The engine died, not the action: the try costs nothing.
void run_again(Draft& draft, NodeIndex i) {
  const bool may = draft.context().driving == Driving::drive && may_start(draft.state());
  if (may && begin_attempt(draft, i)) return;
  schedule(draft, i, Duration::zero());
}

void doubt(Draft& draft, NodeIndex i) {
  draft.emit(i, state::StepInDoubt{draft.at(i).error->message});
}

// The promise that was made at the intent, or today's where that is weaker.
EffectClass class_after_unknown(const Draft& draft, NodeIndex i) {
  const Step& step = draft.step(i);
  const StepState& state = draft.at(i);
  const auto today = effect_class_of(
      step, visible(*ActionFields::latest(draft.graph(), draft.state(), i), state.inputs),
      *draft.context().facts);
  return stricter(state.effect_class, today);
}

void give_up(Draft& draft, NodeIndex i) {
  if (is_untold(draft.at(i))) return doubt(draft, i);
  fail_step(draft, i, *draft.at(i).error);
}

// Section 3 of the contract: what an unknown outcome leads to, by the effect class.
void after_unknown(Draft& draft, NodeIndex i, Seen seen) {
  switch (class_after_unknown(draft, i)) {
    case EffectClass::probe: return draft.perform(ProbeAttempt{i, seen == Seen::after_restart});
    case EffectClass::once: return doubt(draft, i);
    case EffectClass::read:
    case EffectClass::idempotent:
    case EffectClass::keyed: break;
  }
  if (seen == Seen::after_restart && !tries_are_over(draft, i)) return run_again(draft, i);
  if (retries(draft, i)) return;
  give_up(draft, i);
}

// Of an item: its loop goes on without it.
bool can_do_without(const Draft& draft, NodeIndex i) {
  const auto parent = draft.tree().parent(i);
  if (!parent || !draft.step(*parent).loop) return false;
  if (draft.at(i).is_doomed) return draft.at(i).is_set_aside;
  const auto tolerated = static_cast<std::uint32_t>(draft.step(*parent).loop->tolerate);
  return draft.tree().opened_by(*parent)->set_aside < tolerated;
}

// The groups in a group that a failure ended are over as well. Nobody minds: the failure is its.
void end_groups_in(Draft& draft, NodeIndex i) {
  for (const NodeIndex child : draft.tree().children(i)) {
    const bool is_open = draft.step(child).kind == runbooks::StepKind::group &&
                         draft.at(child).status == StepStatus::running;
    if (!is_open) continue;
    end_groups_in(draft, child);
    draft.emit(child, state::StepFailed{{ErrorClass::refused, "the group around it ended"}, true});
  }
}

}  // namespace

ActionError invalid_input(const Error& error, std::string_view where) {
  const auto error_class =
      error.code() == ErrorCode::exhausted ? ErrorClass::quota : ErrorClass::invalid;
  return {error_class, std::string(where) + ": " + error.message()};
}

void after_bad_end(Draft& draft, NodeIndex i, Seen seen) {
  if (draft.at(i).phase == AttemptPhase::unknown) return after_unknown(draft, i, seen);
  const bool never_happened = draft.at(i).phase == AttemptPhase::not_done;
  if (never_happened && seen == Seen::after_restart && !tries_are_over(draft, i))
    return run_again(draft, i);
  if (retries(draft, i)) return;
  give_up(draft, i);
}

void fail_step(Draft& draft, NodeIndex i, ActionError error) {
  const Step& step = draft.step(i);
  const bool is_tolerated = step.tolerate || can_do_without(draft, i);
  draft.emit(i, state::StepFailed{std::move(error), is_tolerated});
  if (is_tolerated) return;
  if (step.undoes) return draft.emit(state::RunStuck{draft.address(i)});
  const auto parent = draft.tree().parent(i);
  if (parent && draft.step(*parent).cancel_others) cancel_running_under(draft, *parent);
}

namespace {

// What failed in the group, the first of it; nothing where all went well.
std::optional<ActionError> failure_in(const Draft& draft, NodeIndex group) {
  for (const NodeIndex child : draft.tree().children(group)) {
    const StepState& state = draft.at(child);
    if (state.status != StepStatus::failed || !state.error) continue;
    // A `finally` is tolerated by the groups around it, and not by its own.
    if (state.is_tolerated && !draft.tree().is_finally(child)) continue;
    return ActionError{state.error->error_class,
                       draft.address(child) + ": " + state.error->message};
  }
  return std::nullopt;
}

}  // namespace

void end_group(Draft& draft, NodeIndex i) {
  if (draft.step(i).kind == runbooks::StepKind::two_phase) return end_two_phase(draft, i);
  if (draft.step(i).is_finally) {
    // Nothing waits for it but the end of its group, which looks at how it went.
    if (auto error = failure_in(draft, i))
      return draft.emit(i, state::StepFailed{std::move(*error), true});
    return draft.emit(i, state::StepSucceeded{});
  }
  const auto last = draft.tree().finally_of(i);
  const bool is_unclean = last && draft.at(*last).status == StepStatus::failed;
  if (!draft.at(i).is_doomed && !is_unclean) {
    auto outputs = child_outputs(draft, i);
    if (!outputs) return fail_step(draft, i, invalid_input(outputs.error(), "outputs"));
    state::StepSucceeded done;
    done.outputs = std::move(outputs).value();
    return draft.emit(i, std::move(done));
  }
  end_groups_in(draft, i);
  fail_step(draft, i,
            failure_in(draft, i).value_or(ActionError{ErrorClass::refused, "a step in it failed"}));
}

}  // namespace rung::engine
