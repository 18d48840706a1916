#include "actions/registry.h"

#include "actions/conform.h"
#include "base/ensure.h"

#include <algorithm>
#include <array>

namespace rung::actions {
namespace {

// Names that the language gives to every step; an output could not be told from them.
constexpr std::array<std::string_view, 8> kEngineNames = {
    "status", "error", "attempts", "started_at", "finished_at", "duration", "outputs", "results"};

template <class Fields>
std::string_view repeated_name(const Fields& fields) {
  for (auto it = fields.begin(); it != fields.end(); ++it) {
    const auto same = [&](const auto& other) { return other.name == it->name; };
    if (std::any_of(fields.begin(), it, same)) return it->name;
  }
  return {};
}

Error invalid(const ActionSpec& spec, std::string_view what) {
  return Error(ErrorCode::invalid, "the action \"" + spec.name + "\" " + std::string(what));
}

Result<void> check_spec(const ActionSpec& spec) {
  if (spec.name.empty()) return Error(ErrorCode::invalid, "an action without a name");
  if (const auto name = repeated_name(spec.inputs); !name.empty()) {
    return invalid(spec, "describes its input \"" + std::string(name) + "\" twice");
  }
  if (const auto name = repeated_name(spec.outputs); !name.empty()) {
    return invalid(spec, "describes its output \"" + std::string(name) + "\" twice");
  }
  for (const auto& output : spec.outputs) {
    if (std::find(kEngineNames.begin(), kEngineNames.end(), output.name) != kEngineNames.end()) {
      return invalid(spec, "has an output \"" + output.name + "\": that name is the engine's");
    }
  }
  return success();
}

}  // namespace

Result<void> Registry::add(std::unique_ptr<Action> action) {
  ENSURE(action != nullptr, "a registry holds actions only");
  const auto& spec = action->spec();
  TRY(check_spec(spec));
  TRY(check_target(spec));
  const auto [place, is_new] = actions_.try_emplace(spec.name);
  if (!is_new) return Error(ErrorCode::conflict, "two actions are named \"" + spec.name + "\"");
  place->second = std::move(action);
  return success();
}

Result<void> Registry::add(ConnectionKind kind) {
  const auto& name = kind.spec.name;
  if (name.empty()) return Error(ErrorCode::invalid, "a kind of connection without a name");
  if (const auto field = repeated_name(kind.spec.fields); !field.empty()) {
    return Error(ErrorCode::invalid, "the connection \"" + name + "\" describes its field \"" +
                                         std::string(field) + "\" twice");
  }
  if (kind.spec.field("uses") != nullptr) {
    return Error(ErrorCode::invalid, "the connection \"" + name +
                                         "\" has a field \"uses\": that word is the language's");
  }
  if (connections_.contains(name))
    return Error(ErrorCode::conflict, "two kinds of connection are named \"" + name + "\"");
  std::string key = name;
  connections_.emplace(std::move(key), std::move(kind));
  return success();
}

Result<void> Registry::check_target(const ActionSpec& spec) const {
  for (const auto& kind : spec.target.kinds) {
    if (!connections_.contains(kind))
      return invalid(spec, "takes a target of the unknown kind \"" + kind + "\"");
  }
  if (spec.target.required && spec.target.kinds.empty())
    return invalid(spec, "needs a target and names no kind of it");
  return success();
}

const ConnectionKind* Registry::connection(std::string_view name) const {
  const auto found = connections_.find(name);
  return found == connections_.end() ? nullptr : &found->second;
}

Result<Target> Registry::conform(Target target) const {
  const auto* kind = connection(target.kind);
  if (kind == nullptr) {
    return Error(ErrorCode::invalid,
                 target.name + ": this rung has no connections of the kind " + target.kind);
  }
  auto fields = actions::conform(kind->spec, std::move(target.fields));
  if (!fields) return std::move(fields).error().with_context(target.name);
  target.fields = std::move(fields).value();
  return target;
}

std::vector<std::string_view> Registry::connections() const {
  std::vector<std::string_view> names;
  names.reserve(connections_.size());
  for (const auto& [name, kind] : connections_) names.push_back(name);
  return names;
}

Action* Registry::find(std::string_view name) const {
  const auto found = actions_.find(name);
  return found == actions_.end() ? nullptr : found->second.get();
}

std::vector<std::string_view> Registry::names() const {
  std::vector<std::string_view> names;
  names.reserve(actions_.size());
  for (const auto& [name, action] : actions_) names.push_back(name);
  return names;
}

}  // namespace rung::actions
