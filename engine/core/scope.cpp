#include "engine/core/scope.h"

namespace rung::engine {
namespace {

Value time_or_null(const std::optional<TimePoint>& time) {
  return time ? Value(*time) : Value();
}

// What people's answers give; null before, and where the step was skipped.
std::vector<const char*> outputs_of_kind(StepKind kind) {
  if (kind == StepKind::approve) return {"approved", "by"};
  if (kind == StepKind::decide) return {"choice", "by"};
  return {};
}

}  // namespace

Value error_facts(const ActionError& error, AttemptPhase phase) {
  return Value::Map{{"class", Value(name_of(error.error_class))},
                    {"message", Value(error.message)},
                    {"effect", Value(phase == AttemptPhase::unknown ? "unknown" : "none")}};
}

Value step_facts(const runbooks::Step& step, const StepState& state) {
  Value::Map facts;
  Value::Map outputs;
  const bool has_run = state.status == StepStatus::succeeded || state.status == StepStatus::undone;
  for (const std::string& name : step.action.gives) outputs.emplace(name, Value());
  for (const auto& [name, type] : step.action.outputs) outputs.emplace(name, Value());
  for (const auto& [name, type] : step.manual.outputs) outputs.emplace(name, Value());
  for (const auto& [name, value] : step.set) outputs.emplace(name, Value());
  for (const char* name : outputs_of_kind(step.kind)) outputs.emplace(name, Value());
  for (const auto& [name, value] : state.outputs) outputs.insert_or_assign(name, value);
  facts = outputs;
  facts.insert_or_assign("status", Value(name_of(state.status)));
  facts.insert_or_assign(
      "error", state.error && !has_run ? error_facts(*state.error, state.phase) : Value());
  facts.insert_or_assign("attempts", Value(state.attempts));
  facts.insert_or_assign("started_at", time_or_null(state.first_started_at));
  facts.insert_or_assign("finished_at", time_or_null(state.finished_at));
  const bool is_timed = state.first_started_at && state.finished_at;
  facts.insert_or_assign(
      "duration",
      is_timed ? Value(Duration(*state.finished_at - *state.first_started_at)) : Value());
  facts.insert_or_assign("outputs", Value(std::move(outputs)));
  return facts;
}

void RunScope::add_all(const Value::Map& values) {
  for (const auto& [name, value] : values) own_.insert_or_assign(name, value);
}

Value RunScope::run_facts() const {
  Value::Map facts{{"number", Value(run_.id.number)}};
  if (!run_.created) return facts;
  facts.emplace("id", Value(run_name(run_)));
  facts.emplace("runbook", Value(run_.created->runbook));
  facts.emplace("who", Value(run_.created->who));
  facts.emplace("mode", Value(run_.created->mode));
  facts.emplace("created_at", Value(run_.created_at));
  const bool is_ending = run_.ending.has_value();
  const bool went_well = !is_ending || run_.ending->ending == state::Ending::succeed;
  facts.emplace("failed", Value(!went_well));
  facts.emplace("reason", is_ending ? Value(run_.ending->reason) : Value(""));
  return facts;
}

std::optional<Value> RunScope::name(std::string_view name) const {
  if (const auto own = own_.find(name); own != own_.end()) return own->second;
  if (name == "run") return run_facts();
  if (!run_.created) return std::nullopt;
  if (name == "inputs") return Value(run_.created->inputs);
  if (name == "vars") return Value(run_.created->vars);
  if (name == "mode") return Value(run_.created->mode);
  return std::nullopt;
}

std::optional<Value> RunScope::step(std::string_view id) const {
  const auto i = graph_.find_id(id);
  if (!i || run_.steps.empty()) return std::nullopt;
  return step_facts(graph_.step(*i), run_.at(*i));
}

}  // namespace rung::engine
