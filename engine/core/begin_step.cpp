#include "engine/core/group_locks.h"
#include "engine/core/resolve.h"
#include "engine/core/run_rules.h"
#include "engine/core/step_rules.h"
#include "engine/core/two_phase.h"

#include <algorithm>

namespace rung::engine {
namespace {

using runbooks::Step;

std::optional<Due> timeout_of(const Draft& draft, const Step& step) {
  if (step.timeout <= Duration::zero()) return std::nullopt;
  return draft.after(step.timeout);
}

void open(Draft& draft, NodeIndex i, Value::Map shown, const std::optional<Due>& due) {
  state::StepOpened opened;
  opened.shown = std::move(shown);
  if (due) {
    opened.due = due->utc;
    opened.due_boot_ns = due->boot.count();
  }
  draft.emit(i, std::move(opened));
}

void set_outputs(Draft& draft, NodeIndex i) {
  state::StepSucceeded done;
  for (const auto& [name, source] : draft.step(i).set) {
    auto value = resolve(source, *draft.context().evaluator, draft.scope(i));
    if (!value) return fail_step(draft, i, invalid_input(value.error(), "set." + name));
    done.outputs.emplace(name, std::move(value).value());
  }
  draft.emit(i, std::move(done));
}

void fail_run(Draft& draft, NodeIndex i) {
  auto text = resolve(draft.step(i).fail, *draft.context().evaluator, draft.scope(i));
  const ActionError error = text ? ActionError{ErrorClass::refused, to_text(text.value())}
                                 : invalid_input(text.error(), "fail");
  draft.emit(i, state::StepFailed{error, false});
  if (!draft.state().ending) {
    begin_ending(draft, {state::Ending::fail, draft.address(i), error.message, "", "", false},
                 CancelRunning::drain);
  }
}

Result<std::optional<Due>> wait_until(const Draft& draft, NodeIndex i) {
  const Step& step = draft.step(i);
  if (!step.wait.signal.empty()) return timeout_of(draft, step);
  const bool by_calendar = !(step.wait.at == runbooks::Template{});
  const auto& source = by_calendar ? step.wait.at : step.wait.duration;
  TRY(const Value value, resolve(source, *draft.context().evaluator, draft.scope(i)));
  if (by_calendar) {
    if (const auto* time = value.get_if<TimePoint>()) return std::optional(Due{*time, Duration{}});
    TRY(const auto at,
        draft.context().calendar->next(to_text(value), step.wait.timezone, draft.now()));
    return std::optional(Due{at, Duration{}});
  }
  const auto* wait = value.get_if<Duration>();
  if (wait == nullptr) {
    return Error(ErrorCode::invalid,
                 "a wait needs a duration such as 30s, not " + std::string(name_of(value.kind())));
  }
  return std::optional(draft.after(*wait));
}

void open_wait(Draft& draft, NodeIndex i) {
  if (draft.step(i).watch) return open_watch(draft, i);
  auto due = wait_until(draft, i);
  if (!due) return fail_step(draft, i, invalid_input(due.error(), "wait"));
  open(draft, i, {}, due.value());
}

void open_approval(Draft& draft, NodeIndex i) {
  const Step& step = draft.step(i);
  auto ask = resolve(step.approve.ask, *draft.context().evaluator, draft.scope(i));
  if (!ask) return fail_step(draft, i, invalid_input(ask.error(), "approve.ask"));
  Value::Map shown{{"ask", std::move(ask).value()}};
  Value::Map facts;
  for (const auto& [name, source] : step.approve.show) {
    auto value = resolve(source, *draft.context().evaluator, draft.scope(i));
    if (!value) return fail_step(draft, i, invalid_input(value.error(), "approve.show." + name));
    facts.emplace(name, std::move(value).value());
  }
  if (!facts.empty()) shown.emplace("show", Value(std::move(facts)));
  open(draft, i, std::move(shown), timeout_of(draft, step));
}

void open_task(Draft& draft, NodeIndex i) {
  const Step& step = draft.step(i);
  auto instruction = resolve(step.manual.instruction, *draft.context().evaluator, draft.scope(i));
  if (!instruction) return fail_step(draft, i, invalid_input(instruction.error(), "manual.do"));
  open(draft, i, {{"do", std::move(instruction).value()}}, timeout_of(draft, step));
}

void open_decision(Draft& draft, NodeIndex i) {
  const Step& step = draft.step(i);
  auto ask = resolve(step.decide.ask, *draft.context().evaluator, draft.scope(i));
  if (!ask) return fail_step(draft, i, invalid_input(ask.error(), "decide.ask"));
  Value::Map options;
  for (const auto& [name, source] : step.decide.options) {
    auto meaning = resolve(source, *draft.context().evaluator, draft.scope(i));
    if (!meaning)
      return fail_step(draft, i, invalid_input(meaning.error(), "decide.options." + name));
    options.emplace(name, std::move(meaning).value());
  }
  open(draft, i, {{"ask", std::move(ask).value()}, {"options", Value(std::move(options))}},
       timeout_of(draft, step));
}

// Of a choice one branch runs: the first that is wanted.
bool is_chosen_already(const Draft& draft, NodeIndex i) {
  const auto parent = draft.tree().parent(i);
  if (!parent || !draft.step(*parent).is_choice) return false;
  for (const NodeIndex branch : draft.tree().children(*parent)) {
    if (branch == i) return false;
    if (draft.at(branch).skipped_because != "when") return true;
  }
  return false;
}

bool is_of_mode(const Draft& draft, NodeIndex i) {
  const auto& modes = draft.step(i).modes;
  return modes.empty() || std::find(modes.begin(), modes.end(), draft.state().mode) != modes.end();
}

void skip(Draft& draft, NodeIndex i, std::string reason) {
  state::StepSkipped skipped;
  skipped.reason = std::move(reason);
  draft.emit(i, std::move(skipped));
}

// Whether the step is wanted; empty where that cannot be told, and the step has failed.
std::optional<bool> is_wanted(Draft& draft, NodeIndex i) {
  const Step& step = draft.step(i);
  if (step.when.text.empty()) return true;
  auto when = draft.context().evaluator->evaluate(step.when.text, draft.scope(i));
  if (!when) {
    fail_step(draft, i, invalid_input(when.error(), "when"));
    return std::nullopt;
  }
  if (const bool* wanted = when.value().boolean()) return *wanted;
  fail_step(
      draft, i,
      {ErrorClass::invalid, "when: " + step.when.text + " is " +
                                std::string(name_of(when.value().kind())) + ", not true or false"});
  return std::nullopt;
}

}  // namespace

void begin_step(Draft& draft, NodeIndex i) {
  const bool has_begun = draft.at(i).status == StepStatus::running;
  if (has_begun && draft.step(i).script) return go_on_script(draft, i);
  if (is_chosen_already(draft, i)) return skip(draft, i, "choose");
  if (!is_of_mode(draft, i)) return skip(draft, i, "mode");
  const auto wanted = is_wanted(draft, i);
  if (!wanted) return;
  if (!*wanted) return skip(draft, i, "when");
  if (!has_group_locks(draft, i)) return;
  switch (draft.step(i).kind) {
    case StepKind::action: return static_cast<void>(begin_attempt(draft, i));
    case StepKind::set: return set_outputs(draft, i);
    case StepKind::fail: return fail_run(draft, i);
    case StepKind::wait: return open_wait(draft, i);
    case StepKind::approve: return open_approval(draft, i);
    case StepKind::manual: return open_task(draft, i);
    case StepKind::decide: return open_decision(draft, i);
    case StepKind::two_phase: return open_two_phase(draft, i);
    case StepKind::participant: return static_cast<void>(begin_attempt(draft, i));
    case StepKind::group:
      if (draft.step(i).loop) return open_loop(draft, i);
      if (draft.step(i).child) return open_child(draft, i);
      return open(draft, i, {}, std::nullopt);
  }
}

}  // namespace rung::engine
