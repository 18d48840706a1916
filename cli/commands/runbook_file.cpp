#include "cli/commands/runbook_file.h"

#include "service/missing_secrets.h"

#include <algorithm>

namespace rung::cli {
namespace {

std::string counted(std::ptrdiff_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

std::optional<PreparedRun> stop(ExitCode with, ExitCode& code) {
  code = with;
  return std::nullopt;
}

}  // namespace

std::string count_line(const Diagnostics& diagnostics) {
  const auto errors =
      std::count_if(diagnostics.begin(), diagnostics.end(),
                    [](const Diagnostic& d) { return d.severity == Severity::error; });
  const auto warnings = static_cast<std::ptrdiff_t>(diagnostics.size()) - errors;
  std::string line = errors > 0 ? counted(errors, "error") : "";
  if (warnings > 0) line += (line.empty() ? "" : ", ") + counted(warnings, "warning");
  return line + ". Nothing was run.\n";
}

Value to_value(const Diagnostics& diagnostics) {
  Value::List list;
  for (const Diagnostic& d : diagnostics) {
    list.emplace_back(Value::Map{{"severity", d.severity == Severity::error ? "error" : "warning"},
                                 {"file", d.file},
                                 {"line", d.at.line},
                                 {"column", d.at.column},
                                 {"message", d.message},
                                 {"fix", d.fix}});
  }
  return list;
}

std::shared_ptr<const runbooks::Plan> load_for(const Arguments& arguments, const Console& console,
                                               ExitCode& code) {
  auto file = service::find_runbook(arguments.file);
  if (!file) {
    code = console.refuse(file.error());
    return nullptr;
  }
  auto loaded = service::load_runbook(file.value(), {.environment = arguments.environment});
  if (has_errors(loaded.diagnostics)) {
    console.err(render(loaded.diagnostics, loaded.texts.lookup()) + count_line(loaded.diagnostics));
  } else if (!loaded.diagnostics.empty()) {
    console.hint(counted(static_cast<std::ptrdiff_t>(loaded.diagnostics.size()), "warning") +
                 ", see:  rung validate " + file.value() +
                 (arguments.environment.empty() ? "" : " --env " + arguments.environment) + "\n");
  }
  if (!loaded.plan) code = ExitCode::usage;
  return loaded.plan;
}

void hint_at_missing_secrets(const runbooks::Plan& plan, const std::string& mode,
                             const Console& console) {
  for (const service::MissingSecret& missing : service::missing_secrets(plan, mode))
    console.hint("notice: " + service::notice_of(missing));
}

std::string words_for_runbook(const Arguments& arguments) {
  return (arguments.file.empty() ? "" : " " + arguments.file) +
         (arguments.environment.empty() ? "" : " --env " + arguments.environment);
}

std::optional<PreparedRun> prepare_run(const Arguments& arguments, const Console& console,
                                       ExitCode& code) {
  auto plan = load_for(arguments, console, code);
  if (!plan) return std::nullopt;
  PreparedRun run;
  run.plan = std::move(plan);
  const std::string next =
      "see them all:  rung plan" + words_for_runbook(arguments) + " -i NAME=VALUE";
  auto inputs = service::read_inputs(*run.plan, arguments.inputs);
  if (!inputs) return stop(console.refuse(inputs.error(), next), code);
  run.inputs = std::move(inputs).value();
  auto mode = service::choose_mode(*run.plan, arguments.mode);
  if (!mode) return stop(console.refuse(mode.error()), code);
  run.mode = std::move(mode).value();
  return run;
}

}  // namespace rung::cli
