#include "runbooks/shared_env.h"

#include "runbooks/spec_field.h"

#include <utility>

namespace rung::runbooks {
namespace {

// Its variables, whether all of them are constant or not.
Template::Map members_of(Template map) {
  if (auto* members = std::get_if<Template::Map>(&map.node)) return std::move(*members);
  Template::Map members;
  const Value constant = constant_value(map);
  if (constant.map() == nullptr) return members;
  for (const auto& [name, value] : *constant.map()) members.emplace(name, Template{value});
  return members;
}

// What a command would say of them, once and where they stand.
bool check_constants(const Node& env, const Template::Map& variables, const Reading& around) {
  const Value::Map with{{"argv", Value(Value::List{Value("true")})},
                        {"env", Value(constants_of(variables))}};
  const auto wrong = around.catalog.check("command", with, nullptr);
  for (const std::string& what : wrong)
    around.report.error(place_of(env), what, "`rung actions command` shows what it takes");
  return wrong.empty();
}

}  // namespace

Template::Map read_shared_env(const Node& env, const Reading& around, ExpressionUses& uses) {
  Template::Map all = around.env;
  const ActionSpec* command = around.catalog.find("command");
  const FieldSpec* spec = command == nullptr ? nullptr : command->input("env");
  if (spec == nullptr) return all;
  Names names;
  names.steps = false;
  auto read = read_spec_field(env, {*spec, "env", names, true, "write  env: {NAME: value}"},
                              around.report, uses);
  if (!read) return all;
  Template::Map own = members_of(std::move(*read));
  if (!check_constants(env, own, around)) return all;
  for (auto& [name, value] : own) all.insert_or_assign(name, std::move(value));
  return all;
}

bool add_shared_env(const Template::Map& shared, ActionUse& command) {
  if (shared.empty()) return true;
  const auto own = command.with.find("env");
  Template::Map all;
  if (own != command.with.end()) {
    const bool has_names = is_constant(own->second)
                               ? constant_value(own->second).map() != nullptr
                               : std::holds_alternative<Template::Map>(own->second.node);
    if (!has_names) return false;
    all = members_of(std::move(own->second));
  }
  all.insert(shared.begin(), shared.end());
  command.with.insert_or_assign("env", folded(Template{std::move(all)}));
  return true;
}

}  // namespace rung::runbooks
