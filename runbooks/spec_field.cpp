#include "runbooks/spec_field.h"

#include "base/words.h"
#include "runbooks/fields.h"
#include "runbooks/value_reader.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

bool has_shape_of(const Node& node, Type type) {
  if (type == Type::list) return node.kind != Node::Kind::map;
  if (type == Type::map) return node.kind != Node::Kind::list;
  return type == Type::any || node.kind == Node::Kind::scalar || node.kind == Node::Kind::null;
}

void check_choice(const FieldSpec& spec, const Node& node, const Template& value, Report& report) {
  if (spec.choices.empty() || !is_constant(value)) return;
  const auto text = to_text(constant_value(value));
  if (std::find(spec.choices.begin(), spec.choices.end(), text) != spec.choices.end()) return;
  std::vector<std::string_view> choices(spec.choices.begin(), spec.choices.end());
  const auto near = nearest(text, choices);
  report.error(place_of(node),
               "`" + spec.name + "` cannot be `" + text + "`; it is " + joined(choices),
               "write  " + spec.name + ": " + std::string(near.empty() ? choices.front() : near));
}

}  // namespace

std::optional<Template> read_spec_field(const Node& node, const SpecField& field, Report& report,
                                        ExpressionUses& uses) {
  const FieldSpec& spec = field.spec;
  if (!has_shape_of(node, spec.type)) {
    report.error(place_of(node),
                 "`" + field.said + "` must be " + std::string(name_of(spec.type)) + ", not " +
                     std::string(what_is(node)),
                 field.help);
    return std::nullopt;
  }
  ValueRules rules{field.said, field.names, spec.type, field.scalars_are_text,
                   spec.kind == FieldKind::code};
  rules.names.secrets = spec.kind == FieldKind::secretive || spec.kind == FieldKind::url;
  if (node.kind == Node::Kind::list || node.kind == Node::Kind::map) rules.type = Type::any;
  auto value = ValueReader(report, uses).read(node, rules);
  if (auto* text = std::get_if<Template::Text>(&value.node)) {
    text->is_url = spec.kind == FieldKind::url;
  }
  check_choice(spec, node, value, report);
  return value;
}

void report_unknown_field(const Member& member, const std::string& what, std::string_view part,
                          const std::vector<FieldSpec>& known, Report& report) {
  std::vector<std::string_view> names;
  for (const auto& field : known) names.push_back(field.name);
  const auto near = nearest(member.key, names);
  report.error(place_of(member), what + " has no " + std::string(part) + " `" + member.key + "`",
               !near.empty()   ? "did you mean " + std::string(near) + ":?"
               : names.empty() ? "it takes none: remove it"
                               : "it takes " + joined(names));
}

Value::Map constants_of(const Template::Map& fields) {
  Value::Map constants;
  for (const auto& [name, value] : fields) {
    if (is_constant(value)) constants.emplace(name, constant_value(value));
  }
  return constants;
}

}  // namespace rung::runbooks
