#include "tests/runbooks/test_catalog.h"

#include <gtest/gtest.h>

#include <sstream>
#include <utility>

namespace rung::runbooks {
namespace {

std::vector<FieldSpec> command_fields() {
  return {{"env", Type::map, FieldKind::secretive, false, "Variables."},
          {"stdin", Type::any, FieldKind::secretive, false, "Standard input."},
          {"files", Type::map, FieldKind::secretive, false, "Private files."},
          {"cwd", Type::string, FieldKind::data, false, "Working directory."}};
}

std::vector<OutputSpec> command_outputs() {
  return {
      {"exit_code", Type::integer, ""}, {"stdout", Type::string, ""}, {"stderr", Type::string, ""}};
}

ActionSpec shell_spec() {
  ActionSpec spec;
  spec.name = "shell";
  spec.inputs = command_fields();
  spec.inputs.push_back({"script", Type::string, FieldKind::code, true, "The script."});
  spec.inputs.push_back({"interpreter", Type::any, FieldKind::code, false, "The interpreter."});
  spec.outputs = command_outputs();
  spec.open_outputs = true;
  spec.is_supervised = true;
  return spec;
}

ActionSpec command_spec() {
  ActionSpec spec = shell_spec();
  spec.name = "command";
  spec.inputs = command_fields();
  spec.inputs.push_back({"argv", Type::list, FieldKind::data, true, "Program and arguments."});
  return spec;
}

ActionSpec http_spec() {
  ActionSpec spec;
  spec.name = "http.request";
  spec.inputs = {
      {"method",
       Type::enumeration,
       FieldKind::data,
       false,
       "",
       {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}},
      {"url", Type::string, FieldKind::url, true, "Where to."},
      {"headers", Type::map, FieldKind::secretive, false, "Headers."},
      {"query", Type::map, FieldKind::data, false, "Query."},
      {"json", Type::any, FieldKind::data, false, "A JSON body."},
      {"body", Type::any, FieldKind::data, false, "A body."},
      {"expect_status", Type::list, FieldKind::data, false, "What counts as success."},
      {"connect_timeout", Type::duration, FieldKind::data, false, "For the connection."}};
  spec.outputs = {{"code", Type::integer, ""},
                  {"body", Type::string, ""},
                  {"json", Type::any, ""},
                  {"elapsed", Type::duration, ""}};
  spec.open_outputs = true;
  spec.target.kinds = {"http"};
  return spec;
}

ActionSpec query_spec() {
  ActionSpec spec;
  spec.name = "test.query";
  spec.inputs = {{"sql", Type::string, FieldKind::code, true, "The query."}};
  spec.outputs = {{"n", Type::integer, ""}};
  spec.target = {{"db"}, true};
  return spec;
}

// Takes part in transactions.
ActionSpec transaction_spec(const std::string& kind) {
  ActionSpec spec;
  spec.name = kind + ".transaction";
  spec.inputs = {{"sql", Type::list, FieldKind::code, true, "The statements."},
                 {"params", Type::list, FieldKind::secretive, false, "Their values."}};
  spec.outputs = {{"affected", Type::list, ""}};
  spec.target = {{kind}, true};
  spec.is_participant = true;
  return spec;
}

ConnectionSpec http_connection() {
  return {"http",
          "An HTTP service.",
          {{"url", Type::string, FieldKind::url, true, "The base URL."},
           {"headers", Type::map, FieldKind::secretive, false, "Headers."},
           {"connect_timeout", Type::duration, FieldKind::data, false, "For the connection."},
           {"ca_file", Type::string, FieldKind::file, false, "Certificates."}}};
}

ConnectionSpec db_connection(const std::string& kind) {
  return {kind,
          "A database.",
          {{"host", Type::string, FieldKind::data, true, "Its name."},
           {"port", Type::integer, FieldKind::data, false, "Its port."},
           {"password", Type::string, FieldKind::secretive, false, "The password."},
           {"tls", Type::enumeration, FieldKind::data, false, "Encryption.", {"off", "verify"}},
           {"ca_file", Type::string, FieldKind::file, false, "Certificates."}}};
}

ActionSpec noop_spec() {
  ActionSpec spec;
  spec.name = "test.noop";
  spec.inputs = {{"n", Type::integer, FieldKind::data, false, "A number."},
                 {"size", Type::size, FieldKind::data, false, "A size."},
                 {"sql", Type::string, FieldKind::code, false, "Code."}};
  spec.outputs = {{"n", Type::integer, ""}};
  return spec;
}

}  // namespace

TestCatalog::TestCatalog() {
  for (auto spec : {shell_spec(), command_spec(), http_spec(), noop_spec(), query_spec(),
                    transaction_spec("postgres"), transaction_spec("mysql")})
    specs_.emplace(spec.name, spec);
  for (auto spec :
       {http_connection(), db_connection("db"), db_connection("postgres"), db_connection("mysql")})
    connections_.emplace(spec.name, spec);
}

const ActionSpec* TestCatalog::find(std::string_view name) const {
  const auto found = specs_.find(name);
  return found == specs_.end() ? nullptr : &found->second;
}

std::vector<std::string_view> TestCatalog::names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, spec] : specs_) names.push_back(name);
  return names;
}

std::optional<EffectClass> TestCatalog::effect_class(std::string_view name,
                                                     const Value::Map& constants) const {
  if (name == "test.query") return EffectClass::read;
  if (name != "http.request") return EffectClass::once;
  const auto method = constants.find("method");
  if (method == constants.end() || method->second == Value("GET")) return EffectClass::read;
  return method->second == Value("POST") ? EffectClass::once : EffectClass::idempotent;
}

const ConnectionSpec* TestCatalog::connection(std::string_view kind) const {
  const auto found = connections_.find(kind);
  return found == connections_.end() ? nullptr : &found->second;
}

std::vector<std::string_view> TestCatalog::connections() const {
  std::vector<std::string_view> names;
  for (const auto& [name, spec] : connections_) names.push_back(name);
  return names;
}

const TestCatalog& test_catalog() {
  static const TestCatalog catalog;
  return catalog;
}

std::string runbook_of(std::string_view steps, std::string_view head) {
  std::string text = "rung: v1\nname: example\n" + std::string(head) + "steps:\n";
  std::istringstream lines{std::string(steps)};
  for (std::string line; std::getline(lines, line);) text += "  " + line + "\n";
  return text;
}

Loaded load(std::string_view text, std::string_view project) {
  return load_text({"runbook.yaml", std::string(text), std::string(project), ""}, test_catalog());
}

Plan plan_of(std::string_view text, std::string_view project) {
  const auto loaded = load(text, project);
  EXPECT_TRUE(loaded.plan) << render(loaded.diagnostics, loaded.texts.lookup());
  return loaded.plan ? *loaded.plan : Plan{};
}

Plan plan_of_steps(std::string_view steps, std::string_view head) {
  return plan_of(runbook_of(steps, head));
}

std::string findings(const Loaded& loaded) {
  std::string out;
  for (const auto& d : loaded.diagnostics) {
    out += std::to_string(d.at.line) + ":" + std::to_string(d.at.column) +
           (d.severity == Severity::error ? " error: " : " warning: ") + d.message + " | " + d.fix +
           "\n";
  }
  return out;
}

std::string findings_of_steps(std::string_view steps, std::string_view head) {
  return findings(load(runbook_of(steps, head)));
}

}  // namespace rung::runbooks
