#include "engine/core/giving_up.h"
#include "engine/core/people.h"
#include "engine/core/run_rules.h"
#include "engine/core/step_rules.h"
#include "engine/core/two_phase.h"

namespace rung::engine {
namespace {

using runbooks::OnTimeout;
using runbooks::Step;

ActionError timed_out(const std::string& what) {
  return {ErrorClass::timeout, what};
}

void wake_retry(Draft& draft, NodeIndex i) {
  if (draft.step(i).kind == StepKind::participant) {
    const bool is_time = is_due(*draft.at(i).due, draft.context().now);
    if (is_time && draft.context().driving == Driving::drive) tell_again(draft, i);
    return;
  }
  const auto limit = step_limit(draft.step(i), draft.at(i));
  if (limit && is_due(*limit, draft.context().now)) {
    const std::string what =
        "out of time (step_timeout); the last error was: " + draft.at(i).error->message;
    if (is_untold(draft.at(i))) return draft.emit(i, state::StepInDoubt{what});
    return fail_step(draft, i, timed_out(what));
  }
  const bool is_wanted = is_due(*draft.at(i).due, draft.context().now) && may_start(draft.state());
  if (is_wanted && draft.context().driving == Driving::drive) begin_attempt(draft, i);
}

void end_wait(Draft& draft, NodeIndex i) {
  const Step& step = draft.step(i);
  if (step.watch) return end_watch(draft, i);
  if (step.wait.signal.empty()) return draft.emit(i, state::StepSucceeded{});
  fail_step(draft, i, timed_out("no signal " + step.wait.signal + " came in time"));
}

void end_person(Draft& draft, NodeIndex i, OnTimeout what) {
  const std::string message = "nobody answered in time";
  switch (what) {
    case OnTimeout::approve: {
      state::StepSucceeded done;
      done.outputs = {{"approved", Value(true)}, {"by", Value("timeout")}};
      return draft.emit(i, std::move(done));
    }
    case OnTimeout::proceed: {
      state::StepSucceeded done;
      if (draft.step(i).kind == StepKind::approve)
        done.outputs = {{"approved", Value(false)}, {"by", Value("timeout")}};
      return draft.emit(i, std::move(done));
    }
    case OnTimeout::reject: return reject(draft, i, By{"", {}, message});
    case OnTimeout::fail: return fail_step(draft, i, timed_out(message));
    case OnTimeout::pause: break;
  }
  fail_and_pause(draft, i, message);
}

void take_default(Draft& draft, NodeIndex i) {
  state::StepSucceeded done;
  done.outputs = {{"choice", Value(draft.step(i).decide.fallback)}, {"by", Value("timeout")}};
  draft.emit(i, std::move(done));
}

void wake_open(Draft& draft, NodeIndex i) {
  if (!is_due(*draft.at(i).due, draft.context().now)) return;
  const Step& step = draft.step(i);
  switch (step.kind) {
    case StepKind::wait: return end_wait(draft, i);
    case StepKind::approve: return end_person(draft, i, step.approve.on_timeout);
    case StepKind::manual: return end_person(draft, i, step.manual.on_timeout);
    case StepKind::decide: return take_default(draft, i);
    case StepKind::two_phase:
      return abort_two_phase(draft, i,
                             timed_out("not every participant had prepared within " +
                                       to_string(step.two_phase.prepare_within)));
    case StepKind::participant:
    case StepKind::action:
    case StepKind::set:
    case StepKind::fail:
    case StepKind::group: return;
  }
}

// The run's own time counts while it is paused too; undo and `finally` have none.
void end_when_out_of_time(Draft& draft) {
  const RunState& run = draft.state();
  if (!run.limit || !is_due(*run.limit, draft.context().now)) return;
  begin_ending(
      draft,
      {state::Ending::fail, "",
       "out of time: its timeout is " + to_string(draft.graph().plan().run_timeout), "", "", false},
      CancelRunning::drain);
}

}  // namespace

void fail_and_pause(Draft& draft, NodeIndex i, const std::string& why) {
  fail_step(draft, i, timed_out(why));
  const bool can_pause = !draft.step(i).tolerate && !draft.state().ending && !draft.state().paused;
  if (!can_pause) return;
  const std::string address = draft.address(i);
  draft.emit(state::RunPaused{state::PauseReason::timeout, address, address + ": " + why, "", ""});
}

void wake_due(Draft& draft) {
  end_when_out_of_time(draft);
  std::set<NodeIndex> due;
  draft.state().waits.collect(draft.context().now, due);
  draft.state().delays.collect(draft.context().now, due);
  for (const NodeIndex i : due) {
    const StepState& step = draft.at(i);
    if (!draft.state().active.contains(i) || !step.due) continue;
    if (step.status == StepStatus::backing_off)
      wake_retry(draft, i);
    else if (step.status == StepStatus::running)
      wake_open(draft, i);
  }
}

}  // namespace rung::engine
