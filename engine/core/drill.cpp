#include "engine/core/drill.h"

#include "engine/core/resolve.h"
#include "engine/core/scope.h"

#include <algorithm>

namespace rung::engine {
namespace {

// A use of a connection that would change something real; "" where it would not.
std::string refusal_of(const runbooks::Plan& plan, const ActionFacts& facts,
                       const runbooks::Step& step, const Value::Map& with,
                       const std::string& target) {
  if (target.empty()) return "";
  const auto connection = plan.connections.find(target);
  if (connection == plan.connections.end() || connection->second.is_of_environment) return "";
  if (facts.effect_class(step.action.uses, with) == EffectClass::read) return "";
  return "this is a drill, and `" + target + "` is the real one: the environment " +
         plan.environment + " does not change it, so it may only be read. Add to rung.yaml  " +
         "environments: {" + plan.environment + ": {connections: {" + target + ": {...}}}}";
}

// A run before its first step, in which nothing but its inputs, vars and sites is known.
class Outlook {
 public:
  Outlook(const RunState& created, const Context& context)
      : context_(context), plan_(context.graph->plan()), scope_(*context.graph, created) {}

  bool will_come(const runbooks::Step& step) const {
    if (step.module != 0) return false;  // its inputs are computed when it begins
    if (step.undoes) return will_come(plan_.step(*step.undoes));
    if (!step.modes.empty() &&
        std::find(step.modes.begin(), step.modes.end(), kDrill) == step.modes.end())
      return false;
    if (!step.parent) return true;
    const runbooks::Step& parent = plan_.step(*step.parent);
    const bool is_certain = step.when.text.empty() ? !parent.is_choice : holds(step.when);
    return is_certain && will_come(parent);
  }

  std::string refusal(const runbooks::Step& step) const {
    const auto target = resolve(step.action.target, *context_.evaluator, scope_);
    if (!target || target.value().string() == nullptr) return "";
    Value::Map with;
    for (const auto& [name, field] : step.action.with) {
      auto value = resolve(field, *context_.evaluator, scope_);
      if (value) with.emplace(name, std::move(value).value());
    }
    return refusal_of(plan_, *context_.facts, step, with, *target.value().string());
  }

 private:
  bool holds(const runbooks::Expression& when) const {
    const auto value = context_.evaluator->evaluate(when.text, scope_);
    return value && value.value().boolean() != nullptr && *value.value().boolean();
  }

  const Context& context_;
  const runbooks::Plan& plan_;
  RunScope scope_;
};

}  // namespace

std::string refused_in_drill(const Draft& draft, const runbooks::Step& step, const Value::Map& with,
                             const std::string& target) {
  if (draft.state().mode != kDrill) return "";
  return refusal_of(draft.graph().plan(), *draft.context().facts, step, with, target);
}

std::vector<std::string> refused_in_drill(const RunState& created, const Context& context) {
  std::vector<std::string> refusals;
  if (created.mode != kDrill) return refusals;
  const Outlook outlook(created, context);
  for (const runbooks::Step& step : context.graph->plan().steps) {
    if (!acts(step) || !outlook.will_come(step)) continue;
    std::string why = outlook.refusal(step);
    if (!why.empty()) refusals.push_back("step " + step.address + ": " + std::move(why));
  }
  return refusals;
}

}  // namespace rung::engine
