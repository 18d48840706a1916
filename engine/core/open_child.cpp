#include "engine/core/resolve.h"
#include "engine/core/step_rules.h"
#include "runbooks/inputs.h"

namespace rung::engine {
namespace {

using runbooks::Module;

const Module& module_of(const Draft& draft, NodeIndex i) {
  return draft.graph().plan().modules[draft.step(i).child->module - 1];
}

// As the steps of the child see it, from its beginning on: where it stands, with what it was given.
class ChildScope final : public scripting::Scope {
 public:
  ChildScope(RunScope around, const state::ChildOpened& given)
      : around_(std::move(around)), given_(given) {}

  std::optional<Value> name(std::string_view name) const override {
    if (name == "inputs") return Value(given_.inputs);
    if (name == "vars") return Value(given_.vars);
    return around_.name(name);
  }
  std::optional<Value> step(std::string_view) const override { return std::nullopt; }

 private:
  RunScope around_;
  const state::ChildOpened& given_;
};

Result<Value::Map> inputs_of(const Draft& draft, NodeIndex i) {
  Value::Map given;
  for (const auto& [name, source] : draft.step(i).child->with) {
    auto value = resolve(source, *draft.context().evaluator, draft.scope(i));
    if (!value) return std::move(value).error().with_context("with." + name);
    if (value.value().has_secret_mark())
      return Error(ErrorCode::invalid, "with." + name + " would record a secret");
    given.emplace(name, std::move(value).value());
  }
  const Module& module = module_of(draft, i);
  auto resolved = runbooks::resolve_inputs(module.runbook, module.inputs, given);
  if (!resolved.diagnostics.empty())
    return Error(ErrorCode::invalid, resolved.diagnostics.front().message);
  return std::move(resolved.values);
}

Result<void> compute(const Draft& draft, NodeIndex i, state::ChildOpened& opened) {
  const ChildScope scope(draft.scope(i), opened);
  for (const auto& [name, source] : module_of(draft, i).vars) {
    auto value = resolve(source, *draft.context().evaluator, scope);
    if (!value) return std::move(value).error().with_context("vars." + name);
    opened.vars.emplace(name, std::move(value).value());
  }
  for (const runbooks::Requirement& requirement : module_of(draft, i).require) {
    TRY(const Value holds, draft.context().evaluator->evaluate(requirement.that.text, scope));
    if (holds.boolean() != nullptr && *holds.boolean()) continue;
    auto say = resolve(requirement.say, *draft.context().evaluator, scope);
    return Error(ErrorCode::invalid, "not allowed: " + (say ? to_text(say.value()) : "") +
                                         "  (require: " + requirement.that.text + ")");
  }
  return success();
}

}  // namespace

void open_child(Draft& draft, NodeIndex i) {
  state::ChildOpened opened;
  auto inputs = inputs_of(draft, i);
  if (!inputs) return fail_step(draft, i, invalid_input(inputs.error(), "runbook"));
  opened.inputs = std::move(inputs).value();
  if (auto done = compute(draft, i, opened); !done)
    return fail_step(draft, i, invalid_input(done.error(), "runbook"));
  draft.emit(i, std::move(opened));
}

Result<Value::Map> child_outputs(const Draft& draft, NodeIndex i) {
  Value::Map outputs;
  if (!draft.step(i).child) return outputs;
  const RunScope inside = draft.scope(draft.tree().children(i).front());
  for (const auto& [name, source] : module_of(draft, i).outputs) {
    auto value = resolve(source, *draft.context().evaluator, inside);
    if (!value) return std::move(value).error().with_context(name);
    outputs.emplace(name, std::move(value).value());
  }
  return outputs;
}

}  // namespace rung::engine
