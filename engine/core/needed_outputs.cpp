#include "engine/core/needed_outputs.h"

#include "scripting/script.h"

#include <algorithm>
#include <set>

namespace rung::engine {
namespace {

using runbooks::Expression;
using runbooks::Step;
using scripting::Reference;

// What the step's word gives beside what its author declared.
void add_outputs_of_kind(const Step& step, OutputTypes& outputs) {
  for (const auto& [name, value] : step.set) outputs.emplace(name, Type::any);
  if (step.watch)
    outputs.insert({{"held", Type::boolean}, {"looks", Type::integer}, {"samples", Type::list}});
  if (!step.wait.signal.empty()) outputs.emplace("payload", Type::any);
}

// Whether the step may evaluate anything from here on.
bool may_still_read(const Graph& graph, const RunState& run, NodeIndex i) {
  const StepTree tree(graph, run.loops);
  const StepState& state = run.at(i);
  if (const auto done = tree.undoes(i))
    return !run.no_return && run.at(*done).status != StepStatus::skipped;
  switch (state.status) {
    case StepStatus::succeeded:
    case StepStatus::skipped:
    case StepStatus::undone: return false;
    case StepStatus::failed:
      if (state.is_tolerated) return false;
      break;
    case StepStatus::waiting:
    case StepStatus::running:
    case StepStatus::backing_off:
    case StepStatus::in_doubt: break;
  }
  return !run.ending || tree.is_cleanup(i);
}

// Gathers the outputs of one step that expressions read.
class Readers {
 public:
  explicit Readers(const Step& of) : id_(of.id), known_(outputs_of(of, nullptr)) {}

  // Expressions that name the step: `steps.ID.NAME`, `steps.ID.outputs.NAME`.
  void by_id(const Expression& expression, const std::string& reader) {
    if (id_.empty() || expression.text.find(id_) == std::string::npos) return;
    for (const Reference& reference : scripting::analyse(expression.text).references)
      by_reference(reference, reader);
  }
  // The same in a script.
  void by_id(const runbooks::ScriptSpec& script, const std::string& reader) {
    if (id_.empty() || script.text.find(id_) == std::string::npos) return;
    for (const Reference& reference : scripting::analyse_script(script.text).references)
      by_reference(reference, reader);
  }
  // What a script reads of the answer to a call of its own cannot be told: each output that it
  // names anywhere counts.
  void by_call(const runbooks::ScriptSpec& script, const std::string& reader) {
    for (const auto& [name, type] : known_) {
      if (script.text.find(name) != std::string::npos) note(name, reader);
    }
  }
  // `self.outputs.NAME` in its undo, `self.before.NAME` where it looked for another step.
  void by_self(const Expression& expression, std::string_view member, const std::string& reader) {
    for (const Reference& reference : scripting::analyse(expression.text).references) {
      const auto& path = reference.path;
      if (reference.root == "self" && path.size() > 1 && path[0] == member) note(path[1], reader);
    }
  }
  // Bare names, in its `expect`.
  void by_name(const Expression& expression, const std::string& reader) {
    for (const Reference& reference : scripting::analyse(expression.text).references)
      note(reference.root, reader);
  }

  std::vector<NeededOutput> take() && {
    std::vector<NeededOutput> outputs;
    for (auto& [name, readers] : found_)
      outputs.push_back({name, {readers.begin(), readers.end()}});
    return outputs;
  }

 private:
  void by_reference(const Reference& reference, const std::string& reader) {
    const auto& path = reference.path;
    if (reference.root != "steps" || path.size() < 2 || path[0] != id_) return;
    const bool is_explicit = path[1] == "outputs" && path.size() > 2;
    note(path[is_explicit ? 2 : 1], reader);
  }
  void note(const std::string& output, const std::string& reader) {
    if (known_.contains(output)) found_[output].insert(reader);
  }

  const std::string& id_;
  OutputTypes known_;
  std::map<std::string, std::set<std::string>> found_;
};

}  // namespace

OutputTypes outputs_of(const Step& step, const ActionFacts* facts) {
  OutputTypes outputs = step.kind == StepKind::manual ? step.manual.outputs : step.action.outputs;
  const ActionSpec* spec = facts != nullptr ? facts->spec(step.action.uses) : nullptr;
  for (const std::string& name : step.action.gives) {
    const OutputSpec* output = spec != nullptr ? spec->output(name) : nullptr;
    outputs.emplace(name, output != nullptr ? output->type : Type::any);
  }
  add_outputs_of_kind(step, outputs);
  return outputs;
}

std::vector<NeededOutput> needed_outputs(const Graph& graph, const RunState& run, NodeIndex i) {
  const StepTree tree(graph, run.loops);
  const Step& self = tree.step(i);
  Readers readers(self);
  if (!self.action.expect.text.empty()) readers.by_name(self.action.expect, "its expect");
  if (const ScriptNode* call = tree.call(i); call != nullptr && !self.undoes)
    readers.by_call(*tree.step(call->script).script, tree.address(call->script));
  for (std::uint32_t n = 0; n < run.steps.size(); ++n) {
    const NodeIndex other{n};
    if (other == i || !tree.is_real(other) || !may_still_read(graph, run, other)) continue;
    const bool is_own_undo = tree.undo(i) == other;
    const bool is_seen = tree.find_id(self.id, other) == i;
    const bool is_image = tree.before(tree.undoes(other).value_or(other)) == i;
    if (!is_own_undo && !is_seen && !is_image) continue;
    const std::string reader = tree.address(other);
    if (is_seen && tree.step(other).script) readers.by_id(*tree.step(other).script, reader);
    runbooks::each_expression(tree.step(other), [&](const Expression& expression) {
      if (is_seen) readers.by_id(expression, reader);
      if (is_own_undo) readers.by_self(expression, "outputs", reader);
      if (is_image) readers.by_self(expression, "before", reader);
    });
  }
  if (const auto* module = graph.plan().module_of(self); module != nullptr && !run.ending) {
    for (const auto& [name, source] : module->outputs) {
      const std::string reader = "outputs." + name + " of " + module->file;
      runbooks::each_expression(
          source, [&](const Expression& expression) { readers.by_id(expression, reader); });
    }
  }
  if (run.ending || self.undoes || tree.find_id(self.id, std::nullopt) != i)
    return std::move(readers).take();
  for (const auto& [name, source] : graph.plan().outputs) {
    const std::string reader = "outputs." + name;
    runbooks::each_expression(
        source, [&](const Expression& expression) { readers.by_id(expression, reader); });
  }
  return std::move(readers).take();
}

std::vector<NeededOutput> missing_outputs(const Graph& graph, const RunState& run, NodeIndex i,
                                          const Value::Map& given) {
  std::vector<NeededOutput> outputs = needed_outputs(graph, run, i);
  std::erase_if(outputs, [&](const NeededOutput& one) { return given.contains(one.name); });
  return outputs;
}

std::string told(const std::vector<NeededOutput>& outputs, const OutputTypes& types) {
  constexpr std::size_t kMostReaders = 3;
  std::string text;
  for (const NeededOutput& output : outputs) {
    text += (text.empty() ? "" : "; ") + output.name;
    const auto type = types.find(output.name);
    if (type != types.end() && type->second != Type::any)
      text += " (" + std::string(name_of(type->second)) + ")";
    std::string readers;
    for (std::size_t n = 0; n < std::min(output.readers.size(), kMostReaders); ++n)
      readers += (readers.empty() ? "" : ", ") + output.readers[n];
    const bool are_many = output.readers.size() > 1;
    if (output.readers.size() > kMostReaders) readers += " and others";
    text += ", which " + readers + (are_many ? " read" : " reads");
  }
  return text;
}

}  // namespace rung::engine
