#include "service/load.h"

#include "actions/builtin.h"
#include "base/durable_file.h"
#include "base/json.h"
#include "base/words.h"
#include "runbooks/inputs.h"
#include "runbooks/schema.h"
#include "runbooks/test_file.h"
#include "service/catalog.h"

#include <dirent.h>
#include <unistd.h>
#include <algorithm>
#include <memory>

namespace rung::service {
namespace {

constexpr std::size_t kLargestInput = 1u << 20;

bool is_there(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

std::vector<std::string> yaml_files_here() {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("."), &::closedir);
  if (!folder) return names;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string name = entry->d_name;
    const bool is_other =
        name == "rung.yaml" || runbooks::is_test_file(name) || name.starts_with('.');
    if (!is_other && (name.ends_with(".yaml") || name.ends_with(".yml"))) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

struct Pair {
  std::string name;
  std::string text;
};

Result<Pair> split(const std::string& given, std::string_view option) {
  const std::size_t equals = given.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Error(ErrorCode::invalid,
                 "'" + given + "' gives no value: write " + std::string(option) + " NAME=VALUE");
  }
  return Pair{given.substr(0, equals), given.substr(equals + 1)};
}

Result<Value> input_value(const Pair& pair) {
  if (!pair.text.starts_with('@')) return Value(pair.text);
  const std::string path = pair.text.substr(1);
  auto text = read_file(path, kLargestInput);
  if (!text) return std::move(text).error().with_context("input " + pair.name);
  auto value = from_plain_json(text.value());
  if (!value) return std::move(value).error().with_context("input " + pair.name + " from " + path);
  return value;
}

struct Shipped {
  actions::Registry registry;
  ActionCatalog catalog{registry};
};

Result<std::unique_ptr<Shipped>> shipped() {
  auto all = std::make_unique<Shipped>();
  TRY(actions::register_builtin_actions(all->registry));
  return all;
}

}  // namespace

Result<std::string> find_runbook(const std::string& given) {
  if (!given.empty()) {
    if (is_there(given)) return given;
    for (const char* ending : {".yaml", ".lua"}) {
      if (is_there(given + ending)) return given + ending;
    }
    return Error(ErrorCode::not_found, "there is no file " + given + " here");
  }
  for (const char* usual : {"runbook.yaml", "runbook.lua"}) {
    if (is_there(usual)) return std::string(usual);
  }
  const auto names = yaml_files_here();
  if (names.size() == 1) return names.front();
  if (names.empty())
    return Error(ErrorCode::not_found,
                 "there is no runbook in this folder: name a FILE, or make one with `rung init`");
  return Error(ErrorCode::conflict,
               "this folder has several runbooks, so name one: " + joined(names));
}

runbooks::Loaded load_runbook(const std::string& path, runbooks::LoadOptions options) {
  auto all = shipped();
  if (!all) {
    runbooks::Loaded none;
    none.diagnostics.push_back({Severity::error,
                                path,
                                {},
                                1,
                                all.error().message(),
                                "this program is damaged: install it again"});
    return none;
  }
  return runbooks::load_runbook(path, all.value()->catalog, options);
}

std::vector<ActionSpec> action_specs() {
  std::vector<ActionSpec> specs;
  auto all = shipped();
  if (!all) return specs;
  for (const std::string_view name : all.value()->registry.names())
    specs.push_back(*all.value()->catalog.find(name));
  return specs;
}

std::vector<ConnectionSpec> connection_specs() {
  std::vector<ConnectionSpec> specs;
  auto all = shipped();
  if (!all) return specs;
  for (const std::string_view name : all.value()->registry.connections())
    specs.push_back(*all.value()->catalog.connection(name));
  return specs;
}

std::string schema_text(SchemaOf of) {
  if (of == SchemaOf::test) return runbooks::json_schema(runbooks::SchemaOf::test);
  const auto all = shipped();
  return runbooks::json_schema(
      of == SchemaOf::project ? runbooks::SchemaOf::project : runbooks::SchemaOf::runbook,
      all ? &all.value()->catalog : nullptr);
}

Result<Value::Map> read_inputs(const runbooks::Plan& plan, const std::vector<std::string>& given) {
  Value::Map values;
  for (const std::string& one : given) {
    TRY(const Pair pair, split(one, "-i"));
    TRY(Value value, input_value(pair));
    const bool is_new = values.emplace(pair.name, std::move(value)).second;
    if (!is_new) return Error(ErrorCode::invalid, "input " + pair.name + " is given twice");
  }
  auto resolved = runbooks::resolve_inputs(plan, values);
  if (!has_errors(resolved.diagnostics)) return std::move(resolved.values);
  std::string message;
  for (const Diagnostic& one : resolved.diagnostics) {
    message +=
        (message.empty() ? "" : "\n      ") + one.message + (one.fix.empty() ? "" : ": " + one.fix);
  }
  return Error(ErrorCode::invalid, message);
}

namespace {

// A drill acts on what an environment puts in the place of the real servers.
Result<std::string> with_environment(const runbooks::Plan& plan, const std::string& mode) {
  if (mode != "drill" || !plan.environment.empty()) return mode;
  return Error(ErrorCode::invalid,
               "a drill needs an environment, so that it does not act on the real servers: add "
               "--env NAME (rung.yaml: environments)");
}

}  // namespace

Result<std::string> choose_mode(const runbooks::Plan& plan, const std::string& given) {
  if (given.empty())
    return plan.modes.empty() ? std::string() : with_environment(plan, plan.modes.front());
  if (std::find(plan.modes.begin(), plan.modes.end(), given) != plan.modes.end())
    return with_environment(plan, given);
  if (plan.modes.empty())
    return Error(ErrorCode::invalid,
                 plan.runbook + " has no modes, so --mode " + given + " means nothing");
  const std::string_view meant = nearest(given, {plan.modes.begin(), plan.modes.end()});
  return Error(ErrorCode::invalid,
               plan.runbook + " has no mode '" + given + "'; it has " + joined(plan.modes) +
                   (meant.empty() ? "" : ". Did you mean --mode " + std::string(meant) + "?"));
}

Result<Value::Map> read_outputs(const std::vector<std::string>& given) {
  Value::Map values;
  for (const std::string& one : given) {
    TRY(Pair pair, split(one, "-s"));
    if (!values.emplace(std::move(pair.name), Value(std::move(pair.text))).second) {
      return Error(ErrorCode::invalid, "'" + one + "' is given twice");
    }
  }
  return values;
}

}  // namespace rung::service
