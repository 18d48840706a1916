#include "engine/core/commands.h"
#include "engine/core/run_rules.h"
#include "engine/core/step_rules.h"

namespace rung::engine {
namespace {

bool is_in_doubt(const Draft& draft, StepIndex i) {
  return draft.at(i).status == StepStatus::in_doubt;
}

void as_not_done(Draft& draft, StepIndex i, const By& by) {
  draft.emit(i,
             state::AttemptEnded{state::AttemptEnd::not_done, *draft.at(i).error, by.who, by.say});
  const bool is_over = draft.state().phase == RunPhase::steps && draft.state().ending;
  if (is_over) return fail_step(draft, i, *draft.at(i).error);
  const Due at_once = draft.after(Duration::zero());
  draft.emit(i, state::RetryScheduled{at_once.utc, at_once.boot.count()});
  wake_due(draft);
}

}  // namespace

void carry_out(Draft& draft, const Resolve& command) {
  const auto i = named_step(draft, command.step, is_in_doubt, "step in doubt");
  if (!i) return;
  const By& by = command.by;
  switch (command.as) {
    case ResolveAs::done: {
      auto outputs = given_outputs(draft, *i, command.outputs);
      if (!outputs) return;
      return draft.emit(*i, state::StepSucceeded{std::move(*outputs), false, by.who, by.say});
    }
    case ResolveAs::not_done: return as_not_done(draft, *i, by);
    case ResolveAs::failed: break;
  }
  const ActionError error{ErrorClass::refused, by.who + " resolved it as failed" +
                                                   (by.say.empty() ? "" : ": " + by.say)};
  draft.emit(*i, state::AttemptEnded{state::AttemptEnd::failed, error, by.who, by.say});
  fail_step(draft, *i, error);
}

}  // namespace rung::engine
