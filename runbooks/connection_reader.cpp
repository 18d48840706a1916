#include "runbooks/connection_reader.h"

#include "base/words.h"
#include "runbooks/expression_use.h"
#include "runbooks/spec_field.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace rung::runbooks {
namespace {

using SecretSources = std::map<std::string, SecretSource, std::less<>>;

// Reads one connection against what its kind takes.
class ConnectionReader {
 public:
  ConnectionReader(const Member& member, const Kinds& kinds, const ProjectReading& reading,
                   const SecretSources& secrets)
      : member_(member), kinds_(kinds), reading_(reading), secrets_(secrets) {}

  Connection read(const Table& table) {
    const Fields fields(member_.value, table, report());
    Connection connection{fields.text("uses"), {}};
    if (connection.uses.empty()) return connection;
    spec_ = kinds_.find(connection.uses);
    if (spec_ == nullptr) {
      report_kind(*fields.get("uses"));
      return connection;
    }
    for (const auto& field : member_.value.members) {
      if (field.key != "uses") read_field(field, connection);
    }
    check_required();
    for (const auto& use : uses_) check_use(use);
    if (!is_flawed_) check_constants(connection);
    return connection;
  }

 private:
  Report& report() const { return reading_.report; }
  std::string name() const { return std::string(kinds_.what) + " `" + member_.key + "`"; }

  void report_kind(const Node& uses) {
    const auto near = nearest(uses.text, kinds_.names);
    report().error(place_of(uses),
                   "there is no kind of " + std::string(kinds_.what) + " `" + uses.text + "`",
                   near.empty() ? "the kinds are " + joined(kinds_.names)
                                : "did you mean  uses: " + std::string(near) + "?");
  }

  void read_field(const Member& member, Connection& connection) {
    if (member.value.is_broken) {
      is_flawed_ = true;
      return;
    }
    const FieldSpec* spec = spec_->field(member.key);
    if (spec == nullptr) {
      report_unknown_field(member, "a " + std::string(kinds_.what) + " of the kind " + spec_->name,
                           "field", spec_->fields, report());
      is_flawed_ = true;
      return;
    }
    Names names;
    names.steps = false;
    auto value = read_spec_field(
        member.value,
        {*spec, member.key, names, spec->type == Type::map && spec->kind == FieldKind::secretive,
         "it is: " + spec->doc},
        report(), uses_);
    if (!value) {
      is_flawed_ = true;
      return;
    }
    if (spec->kind == FieldKind::file) from_project_folder(*value);
    connection.fields.emplace(member.key, std::move(*value));
  }

  void from_project_folder(Template& value) const {
    if (!is_constant(value) || reading_.folder.empty()) return;
    const std::filesystem::path path(to_text(constant_value(value)));
    if (path.empty() || path.is_absolute()) return;
    value = Template{Value((std::filesystem::path(reading_.folder) / path).lexically_normal())};
  }

  void check_required() {
    for (const auto& field : spec_->fields) {
      if (!field.required || member_.value.member(field.name) != nullptr) continue;
      is_flawed_ = true;
      report().error(place_of(member_),
                     name() + " (" + spec_->name + ") needs `" + field.name + "`",
                     "add  " + field.name + ": ...  (" + field.doc + ")");
    }
  }

  void check_use(const ExpressionUse& use) {
    const auto analysis = check_syntax(use, report());
    if (!analysis) {
      is_flawed_ = true;
      return;
    }
    for (const auto& reference : analysis->references) check_reference(use, reference);
  }

  void check_reference(const ExpressionUse& use, const scripting::Reference& reference) {
    const auto place = place_in_file(use, reference, report().source());
    if (reference.root != "secrets") {
      return report().error(place,
                            "a " + std::string(kinds_.what) +
                                " reads nothing but `secrets`: it is the same for every runbook",
                            "write the value itself; what differs by site goes into `sites:`, "
                            "what differs by environment into `environments:`");
    }
    if (!use.names.secrets) {
      return report().error(place, "`" + use.field + "` takes no secret: it may be shown",
                            "write the value itself");
    }
    if (reference.path.empty()) {
      return report().error(place, "all secrets at once cannot be read",
                            "name one:  secrets.some_name");
    }
    const auto& wanted = reference.path.front();
    if (secrets_.contains(wanted)) return;
    std::vector<std::string_view> known;
    for (const auto& [secret, source] : secrets_) known.push_back(secret);
    const auto near = nearest(wanted, known);
    report().error(place, "there is no secret `" + wanted + "`",
                   near.empty() ? "add  secrets: {" + wanted + ": {file: /run/credentials/rung/" +
                                      wanted + "}}"
                                : "did you mean secrets." + std::string(near) + "?");
  }

  void check_constants(const Connection& connection) {
    for (const auto& what : kinds_.check(connection.uses, constants_of(connection.fields)))
      report().error(place_of(member_), name() + ": " + what, "correct it here");
  }

  const Member& member_;
  const Kinds& kinds_;
  const ProjectReading& reading_;
  const SecretSources& secrets_;
  const ConnectionSpec* spec_ = nullptr;
  ExpressionUses uses_;
  bool is_flawed_ = false;
};

const std::vector<ConnectionSpec>& channel_specs() {
  using K = FieldKind;
  static const std::vector<ConnectionSpec> specs{
      {"slack",
       "An incoming webhook of Slack.",
       {{"url", Type::string, K::url, true, "The webhook's URL, which is a secret."}}},
      {"pagerduty",
       "A service of PagerDuty.",
       {{"key", Type::string, K::secretive, true, "The integration key (Events API v2)."}}},
      {"webhook",
       "Any server that takes JSON by POST.",
       {{"url", Type::string, K::url, true, "Where to."},
        {"headers", Type::map, K::secretive, false, "Headers by name."}}},
  };
  return specs;
}

const ConnectionSpec* find_channel(std::string_view name) {
  const auto& specs = channel_specs();
  const auto found = std::find_if(specs.begin(), specs.end(),
                                  [&](const ConnectionSpec& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

std::vector<std::string> check_channel(std::string_view, const Value::Map& constants) {
  const auto url = constants.find("url");
  if (url == constants.end()) return {};
  const auto text = to_text(url->second);
  if (text.starts_with("http://") || text.starts_with("https://")) return {};
  return {"url begins with neither http:// nor https://"};
}

}  // namespace

Kinds connection_kinds(const Catalog& catalog) {
  return {"connection", [&](std::string_view kind) { return catalog.connection(kind); },
          catalog.connections(),
          [&](std::string_view kind, const Value::Map& constants) {
            return catalog.check_connection(kind, constants);
          }};
}

Kinds channel_kinds() {
  std::vector<std::string_view> names;
  for (const auto& spec : channel_specs()) names.push_back(spec.name);
  return {"channel", find_channel, std::move(names), check_channel};
}

std::map<std::string, Connection, std::less<>> read_connections(const Node& map, const Table& table,
                                                                const Kinds& kinds,
                                                                const ProjectReading& reading,
                                                                const SecretSources& secrets) {
  std::map<std::string, Connection, std::less<>> all;
  for (const auto& member : map.members) {
    if (member.value.kind != Node::Kind::map) continue;
    check_key_name(member, std::string(kinds.what) + "s", reading.report);
    all.emplace(member.key, ConnectionReader(member, kinds, reading, secrets).read(table));
  }
  return all;
}

}  // namespace rung::runbooks
