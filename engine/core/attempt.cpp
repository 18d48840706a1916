#include "engine/core/attempt.h"

#include "engine/core/corrections.h"
#include "engine/core/drill.h"
#include "engine/core/resolve.h"
#include "engine/core/step_rules.h"
#include "engine/core/two_phase.h"

#include "scripting/script.h"

#include <algorithm>
#include <optional>
#include <set>

namespace rung::engine {
namespace {

using runbooks::Step;
using runbooks::Template;

bool mentions(const Template& t, std::string_view word);

bool any_mentions(const Template::Map& fields, std::string_view word) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const auto& field) { return mentions(field.second, word); });
}

bool mentions(const Template& t, std::string_view word) {
  const auto in = [&](const runbooks::Expression& e) {
    return e.text.find(word) != std::string::npos;
  };
  if (const auto* expression = std::get_if<runbooks::Expression>(&t.node)) return in(*expression);
  if (const auto* text = std::get_if<Template::Text>(&t.node)) {
    return std::any_of(text->parts.begin(), text->parts.end(), [&](const auto& part) {
      const auto* expression = std::get_if<runbooks::Expression>(&part);
      return expression != nullptr && in(*expression);
    });
  }
  if (const auto* list = std::get_if<Template::List>(&t.node)) {
    return std::any_of(list->begin(), list->end(),
                       [&](const Template& item) { return mentions(item, word); });
  }
  if (const auto* map = std::get_if<Template::Map>(&t.node)) return any_mentions(*map, word);
  return false;
}

// The key stays while an attempt may have happened under it, and grows after a definite end: the
// target would answer a new try under the old key with its old refusal.
std::int64_t next_generation(const StepState& step) {
  if (step.has_unknown) return step.generation;
  switch (step.phase) {
    case AttemptPhase::none: return 0;
    case AttemptPhase::not_done:
    case AttemptPhase::failed:
    case AttemptPhase::done: return step.generation + 1;
    case AttemptPhase::in_flight:
    case AttemptPhase::unknown:
    case AttemptPhase::prepared: return step.generation;
  }
  return step.generation;
}

// What a participant prepared under one name is settled before it prepares again.
std::int64_t next_name(const StepState& step) {
  return step.attempts == 0 ? 0 : step.generation + 1;
}

// Which outputs of its look the step's undo and probe name; nothing where one takes it as a whole.
std::optional<std::set<std::string>> members_of_before(const Draft& draft, NodeIndex i) {
  std::set<std::string> names;
  bool is_whole = false;
  const auto note = [&](const runbooks::Expression& expression) {
    for (const auto& reference : scripting::analyse(expression.text).references) {
      const auto& path = reference.path;
      if (reference.root != "self") continue;
      is_whole = is_whole || path.empty() || (path[0] == "before" && path.size() == 1);
      if (path.size() > 1 && path[0] == "before") names.insert(path[1]);
    }
  };
  runbooks::each_expression(draft.step(i), note);
  if (const auto undo = draft.tree().undo(i)) runbooks::each_expression(draft.step(*undo), note);
  return is_whole ? std::nullopt : std::optional(std::move(names));
}

// What the step is about to change, as it was seen. Null: nobody looked.
Value image_of(const Draft& draft, NodeIndex i) {
  const auto look = draft.tree().before(i);
  if (!look) return {};
  Value::Map image = draft.at(*look).outputs;
  // Only what is read of it: it stands in each intent.
  const auto read = members_of_before(draft, i);
  if (read) std::erase_if(image, [&](const auto& output) { return !read->contains(output.first); });
  return image.empty() ? Value() : Value(std::move(image));
}

// The undo's inputs as far as they are known before the effect: an undo that cannot be computed
// is found out now and not when it is needed.
Result<Value::Map> undo_inputs(const Draft& draft, NodeIndex i, const state::StepStarted& started) {
  const auto undo = draft.tree().undo(i);
  if (!undo) return Value::Map{};
  const Template::Map& fields = draft.step(*undo).action.with;
  if (any_mentions(fields, "outputs") || any_mentions(fields, "steps." + draft.step(i).id))
    return Value::Map{};
  RunScope scope = draft.scope(i);
  scope.add("self",
            Value::Map{{"with", Value(visible(*ActionFields::next(draft.graph(), draft.state(), i),
                                              started.inputs))},
                       {"before", started.before},
                       {"outputs", Value()}});
  auto inputs = record(fields, *draft.context().evaluator, scope);
  if (!inputs) return std::move(inputs).error().with_context("its undo cannot be prepared");
  return inputs;
}

bool fails(Draft& draft, NodeIndex i, const Error& error) {
  if (draft.step(i).kind == StepKind::participant) {
    abort_two_phase(draft, *draft.tree().parent(i),
                    {ErrorClass::invalid, draft.address(i) + ": " + error.message()});
    return true;
  }
  fail_step(draft, i, {ErrorClass::invalid, error.message()});
  return true;
}

// To prepare there is the time that all of them have together; to be told, each try has its own.
Instant participant_deadline(const StepTree& tree, const RunState& run, NodeIndex i, Instant now) {
  constexpr Duration kTelling = std::chrono::seconds(30);
  const auto& due = run.at(*tree.parent(i)).due;
  const auto ballot = run.ballots.find(i);
  const bool prepares = ballot == run.ballots.end() || ballot->second.turn == state::Turn::work;
  if (!prepares) return now + kTelling;
  if (!due) return now;
  const Duration left =
      due->boot > Duration::zero() ? due->boot - now.boot : Duration(due->utc - now.utc);
  return now + std::max(left, Duration::zero());
}

}  // namespace

// The plan's meaning is pinned, and with it the files that its steps name.
bool pauses_for_changed_files(Draft& draft, NodeIndex i) {
  const Step& step = draft.step(i);
  if (step.pinned.empty() || step.is_unpinned || draft.context().files == nullptr) return false;
  const std::string what = draft.context().files->changed(draft.graph().plan(), step);
  if (what.empty()) return false;
  const std::string address = draft.address(i);
  draft.emit(state::RunPaused{state::PauseReason::changed, address, address + ": " + what, "", ""});
  return true;
}

Result<std::string> target_of(const Draft& draft, const Step& step, const RunScope& scope) {
  if (step.action.target == Template{}) return std::string();
  auto name = resolve(step.action.target, *draft.context().evaluator, scope);
  if (!name) return std::move(name).error().with_context("target");
  const std::string* text = name.value().string();
  const auto& connections = draft.graph().plan().connections;
  if (text != nullptr && connections.contains(*text)) return *text;
  return Error(ErrorCode::invalid,
               "target: the project had no connection `" +
                   (text != nullptr ? *text : std::string(name_of(name.value().kind()))) +
                   "` when the run was created");
}

Value self_of(const Graph& graph, const RunState& run, NodeIndex i) {
  const StepTree tree(graph, run.loops);
  const NodeIndex doer = tree.undoes(i).value_or(i);
  const StepState& state = run.at(doer);
  return Value::Map{{"with", Value(visible(*ActionFields::latest(graph, run, doer), state.inputs))},
                    {"before", state.before},
                    {"outputs", Value(state.outputs)}};
}

EffectClass effect_class_of(const Step& step, const Value::Map& with, const ActionFacts& facts) {
  const EffectClass by_action = facts.effect_class(step.action.uses, with);
  if (by_action == EffectClass::read) return by_action;
  switch (step.in_doubt) {
    case runbooks::InDoubt::retry: return EffectClass::idempotent;
    case runbooks::InDoubt::ask: return EffectClass::once;
    case runbooks::InDoubt::by_class: break;
  }
  return step.probe ? EffectClass::probe : by_action;
}

Instant deadline_of(const Graph& graph, const RunState& run, NodeIndex i, Instant now) {
  const StepTree tree(graph, run.loops);
  const Step& step = tree.step(i);
  if (step.kind == StepKind::participant) return participant_deadline(tree, run, i, now);
  const StepState& state = run.at(i);
  constexpr Duration kFar = std::chrono::hours(24 * 365);
  const TimePoint started = state.started_at.value_or(now.utc);
  const Duration elapsed = state.started_boot > Duration::zero() ? now.boot - state.started_boot
                                                                 : Duration(now.utc - started);
  Duration left =
      (step.timeout > Duration::zero() ? step.timeout : kFar) - std::max(elapsed, Duration::zero());
  if (const auto limit = step_limit(step, state)) {
    left = std::min(left, limit->boot > Duration::zero() ? limit->boot - now.boot
                                                         : Duration(limit->utc - now.utc));
  }
  return now + std::max(left, Duration::zero());
}

bool begin_attempt(Draft& draft, NodeIndex i) {
  if (pauses_for_changed_files(draft, i)) return false;
  const Step& step = draft.step(i);
  const StepState& before = draft.at(i);
  const ActionFields fields = ActionFields::next(draft.graph(), draft.state(), i);
  RunScope scope = draft.scope(i);
  const auto done = draft.tree().undoes(i);
  const bool has_prepared_undo = done && !draft.at(*done).undo_inputs.empty();
  if (done) scope.add("self", self_of(draft.graph(), draft.state(), i));
  auto recorded = has_prepared_undo ? Result<Value::Map>(draft.at(*done).undo_inputs)
                                    : record(*fields, *draft.context().evaluator, scope);
  if (!recorded) return fails(draft, i, recorded.error());
  auto target = target_of(draft, step, scope);
  if (!target) return fails(draft, i, target.error());
  const std::string refusal =
      refused_in_drill(draft, step, visible(*fields, recorded.value()), target.value());
  if (!refusal.empty()) return fails(draft, i, Error(ErrorCode::denied, refusal));

  state::StepStarted started;
  started.inputs = std::move(recorded).value();
  started.target = std::move(target).value();
  started.before = image_of(draft, i);
  auto undo = undo_inputs(draft, i, started);
  if (!undo) return fails(draft, i, undo.error());
  started.undo = std::move(undo).value();
  started.attempt = before.attempts + 1;
  const bool is_participant = step.kind == StepKind::participant;
  started.generation = is_participant ? next_name(before) : next_generation(before);
  started.effect_class =
      effect_class_of(step, visible(*fields, started.inputs), *draft.context().facts);
  // The promise of an unfinished generation is what an unknown outcome was judged by.
  if (before.has_unknown) {
    started.effect_class = stricter(started.effect_class, before.effect_class);
  }
  started.boot_ns = draft.context().now.boot.count();
  draft.emit(i, std::move(started));
  draft.perform(StartAttempt{i});
  return true;
}

}  // namespace rung::engine
