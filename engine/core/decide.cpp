#include "engine/core/decide.h"

#include "base/words.h"
#include "engine/core/commands.h"
#include "engine/core/drill.h"
#include "engine/core/group_locks.h"
#include "engine/core/locks.h"
#include "engine/core/resolve.h"
#include "engine/core/run_rules.h"

namespace rung::engine {
namespace {

// Answers to what the engine asked are taken in every state; people can only add a note to what is
// over.
bool is_open_to(const RunState& run, const Command& command) {
  return run.phase != RunPhase::finished || std::holds_alternative<Note>(command);
}

bool is_from_engine(const Command& command) {
  return std::holds_alternative<FinishAttempt>(command) ||
         std::holds_alternative<FinishProbe>(command) ||
         std::holds_alternative<FinishLook>(command) || std::holds_alternative<PassTime>(command) ||
         std::holds_alternative<Go>(command) || std::holds_alternative<TakeLocks>(command) ||
         std::holds_alternative<Claim>(command) || std::holds_alternative<Release>(command);
}

// What `require:` and `vars:` see: nothing has run yet.
void before_everything(RunState& state, const NewRun& run, const Context& context) {
  state.id = run.id;
  state.created_at = state.last_at = context.now.utc;
  state.mode = run.mode;
  state::RunCreated& created = state.created.emplace();
  created.runbook = context.graph->plan().runbook;
  created.plan = run.plan_hash;
  created.inputs = run.inputs;
  created.mode = run.mode;
  created.environment = context.graph->plan().environment;
  created.commit = run.origin.commit;
  created.is_modified = run.origin.is_modified;
  created.who = run.by.who;
  created.say = run.by.say;
  created.store = to_string(run.store);
  created.despite = run.despite;
  created.seed = run.seed;
}

Result<void> evaluate_vars(RunState& state, const Context& context) {
  for (const auto& [name, source] : context.graph->plan().vars) {
    auto value = resolve(source, *context.evaluator, RunScope(*context.graph, state));
    if (!value) return std::move(value).error().with_context("vars." + name);
    if (value.value().is_secret())
      return Error(ErrorCode::invalid, "vars." + name + " would hold a secret");
    state.created->vars.emplace(name, std::move(value).value());
  }
  return success();
}

Result<void> check_requirements(const RunState& state, const Context& context) {
  const RunScope scope(*context.graph, state);
  for (const runbooks::Requirement& requirement : context.graph->plan().require) {
    TRY(const Value holds, context.evaluator->evaluate(requirement.that.text, scope));
    if (holds.boolean() != nullptr && *holds.boolean()) continue;
    auto say = resolve(requirement.say, *context.evaluator, scope);
    const std::string text = say ? to_text(say.value()) : "";
    return Error(ErrorCode::invalid,
                 "this run is not allowed: " + (text.empty() ? requirement.that.text : text) +
                     "  (require: " + requirement.that.text + ")");
  }
  return success();
}

Decision refused(const Error& error) {
  Decision decision;
  decision.refusal = Refusal{error.code(), error.message()};
  return decision;
}

}  // namespace

Decision decide(RunState& state, const Command& command, const Context& context) {
  Draft draft(state, context);
  if (!is_open_to(draft.state(), command)) {
    if (!is_from_engine(command)) {
      draft.refuse(ErrorCode::conflict, run_name(draft.state()) + " is over: it " +
                                            std::string(name_of(draft.state().finished->status)));
    }
    return std::move(draft).finish();
  }
  std::visit([&](const auto& c) { carry_out(draft, c); }, command);
  // Nothing follows from letting go: what was ready waits for the next engine.
  if (!draft.is_refused() && !std::holds_alternative<Release>(command)) {
    advance(draft);
    look_around(draft);
  }
  return std::move(draft).finish();
}

Decision create_run(RunState& state, const NewRun& run, const Context& context) {
  before_everything(state, run, context);
  if (auto done = evaluate_vars(state, context); !done) return refused(done.error());
  if (auto held = check_requirements(state, context); !held) return refused(held.error());
  if (const auto real = refused_in_drill(state, context); !real.empty())
    return refused(Error(ErrorCode::invalid, "not started: " + joined(real, "; ")));
  auto locks = asked_locks(state, context);
  if (!locks) return refused(locks.error());
  state.locks = locks.value();
  const auto in_order = check_group_locks(state, context);
  state.locks.reset();  // the event says so
  if (!in_order) return refused(in_order.error());
  state::RunCreated created = std::move(*state.created);
  state.created.reset();  // the event says so
  Draft draft(state, context);
  draft.emit(std::move(created));
  if (locks.value()) draft.emit(std::move(*locks.value()));
  return std::move(draft).finish();
}

}  // namespace rung::engine
