#include "engine/core/drill.h"

namespace rung::engine {

std::string refused_in_drill(const Draft& draft, const runbooks::Step& step, const Value::Map& with,
                             const std::string& target) {
  if (draft.state().mode != kDrill || target.empty()) return "";
  const runbooks::Plan& plan = draft.graph().plan();
  const auto connection = plan.connections.find(target);
  if (connection == plan.connections.end() || connection->second.is_of_environment) return "";
  if (draft.context().facts->effect_class(step.action.uses, with) == EffectClass::read) return "";
  return "this is a drill, and `" + target + "` is the real one: the environment " +
         plan.environment + " does not change it, so it may only be read. Add to rung.yaml  " +
         "environments: {" + plan.environment + ": {connections: {" + target + ": {...}}}}";
}

}  // namespace rung::engine
