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

// What the checks of a verification saw, by their names.
Value::Map check_outputs(const StepTree& tree, const RunState& run, NodeIndex group) {
  Value::Map outputs;
  for (const NodeIndex child : tree.children(group)) {
    const std::string& address = tree.step(child).address;
    if (run.at(child).outputs.empty()) continue;
    outputs.emplace(address.substr(address.rfind('/') + 1), Value(run.at(child).outputs));
  }
  return outputs;
}

// What the steps of an item gave, by their ids.
Value::Map item_outputs(const StepTree& tree, const RunState& run, NodeIndex group) {
  Value::Map outputs;
  for (const NodeIndex child : tree.children(group)) {
    const runbooks::Step& step = tree.step(child);
    if (step.kind == StepKind::group && !step.loop) {
      outputs.merge(item_outputs(tree, run, child));
    }
    if (step.is_verify) outputs.emplace(step.id, Value(check_outputs(tree, run, child)));
    const bool has_outputs = !step.id.empty() && !run.at(child).outputs.empty();
    if (has_outputs) outputs.emplace(step.id, Value(run.at(child).outputs));
  }
  return outputs;
}

void add_results(const StepTree& tree, const RunState& run, NodeIndex i, Value::Map& facts) {
  Value::List results;
  Value::Map by_key;
  std::map<StepStatus, std::int64_t> counts;
  if (const OpenLoop* loop = tree.opened_by(i)) {
    for (std::uint32_t n = 0; n < loop->items.size(); ++n) {
      const NodeIndex node = loop->item_node(n);
      const StepState& state = run.at(node);
      counts[state.status] += 1;
      const Value result = Value::Map{
          {"key", Value(loop->items[n].key)},
          {"item", loop->items[n].value},
          {"status", Value(name_of(state.status))},
          {"outputs", Value(tree.step(node).child ? state.outputs : item_outputs(tree, run, node))},
          {"error", state.error ? error_facts(*state.error, state.phase) : Value()}};
      results.push_back(result);
      by_key.emplace(loop->items[n].key, result);
    }
  }
  facts.insert_or_assign("results", Value(std::move(results)));
  facts.insert_or_assign("by_key", Value(std::move(by_key)));
  facts.insert_or_assign("succeeded", Value(counts[StepStatus::succeeded]));
  facts.insert_or_assign("failed", Value(counts[StepStatus::failed]));
  facts.insert_or_assign("skipped", Value(counts[StepStatus::skipped]));
}

}  // namespace

Value error_facts(const ActionError& error, AttemptPhase phase) {
  return Value::Map{{"class", Value(name_of(error.error_class))},
                    {"message", Value(error.message)},
                    {"effect", Value(phase == AttemptPhase::unknown ? "unknown" : "none")}};
}

Value step_facts(const StepTree& tree, const RunState& run, NodeIndex i) {
  const runbooks::Step& step = tree.step(i);
  const StepState& state = run.at(i);
  Value::Map facts;
  Value::Map outputs;
  const bool has_run = state.status == StepStatus::succeeded || state.status == StepStatus::undone;
  for (const std::string& name : step.action.gives) outputs.emplace(name, Value());
  for (const auto& [name, type] : step.action.outputs) outputs.emplace(name, Value());
  for (const auto& [name, type] : step.manual.outputs) outputs.emplace(name, Value());
  for (const auto& [name, value] : step.set) outputs.emplace(name, Value());
  for (const char* name : outputs_of_kind(step.kind)) outputs.emplace(name, Value());
  if (step.watch) {
    for (const char* name : {"held", "looks", "samples"}) outputs.emplace(name, Value());
  }
  if (step.is_verify) {
    for (const auto& [name, value] : check_outputs(tree, run, i))
      outputs.insert_or_assign(name, value);
  }
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
  if (step.loop) add_results(tree, run, i, facts);
  return facts;
}

Value::Map ending_facts(const std::optional<state::RunEnding>& ending) {
  const bool went_well = !ending || ending->ending == state::Ending::succeed;
  return {{"failed", Value(!went_well)}, {"reason", Value(ending ? ending->reason : "")}};
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
  facts.emplace("mode", Value(run_.mode));
  facts.emplace("created_at", Value(run_.created_at));
  facts.merge(ending_facts(run_.ending));
  return facts;
}

std::optional<Value> RunScope::name(std::string_view name) const {
  if (const auto own = own_.find(name); own != own_.end()) return own->second;
  if (auto value = item(name)) return value;
  if (name == "run") return run_facts();
  if (!run_.created) return std::nullopt;
  const state::ChildOpened* given = child();
  if (name == "inputs") return Value(given != nullptr ? given->inputs : run_.created->inputs);
  if (name == "vars") return Value(given != nullptr ? given->vars : run_.created->vars);
  if (name == "mode") return Value(run_.mode);
  if (name == "sites") return Value(graph_.plan().sites);
  return std::nullopt;
}

// What the runbook in whose file the step stands was given; nullptr for the run's own.
const state::ChildOpened* RunScope::child() const {
  const auto user = node_ ? tree_.child_around(*node_) : std::nullopt;
  const auto found = user ? run_.children.find(*user) : run_.children.end();
  return found == run_.children.end() ? nullptr : &found->second;
}

// The innermost loop comes first.
std::optional<Value> RunScope::item(std::string_view name) const {
  for (auto at = node_; at;) {
    const OpenLoop* loop = tree_.around(*at);
    if (loop == nullptr) break;
    if (tree_.step(loop->loop).loop->item == name) return loop->items[loop->item_of(*at)].value;
    at = loop->loop;
  }
  return std::nullopt;
}

std::optional<Value> RunScope::step(std::string_view id) const {
  const auto i = tree_.find_id(id, node_);
  if (!i || run_.steps.empty()) return std::nullopt;
  return step_facts(tree_, run_, *i);
}

}  // namespace rung::engine
