#include "cli/command.h"
#include "cli/commands/runbook_file.h"
#include "service/missing_secrets.h"

namespace rung::cli {

ExitCode validate(const Arguments& arguments, const Console& console) {
  auto file = service::find_runbook(arguments.file);
  if (!file) return console.refuse(file.error());
  const auto loaded = service::load_runbook(
      file.value(), {.is_strict = arguments.is_strict, .environment = arguments.environment});
  const bool is_good = loaded.plan != nullptr;
  if (!console.is_table()) {
    Value::Map answer{
        {"file", file.value()}, {"valid", is_good}, {"findings", to_value(loaded.diagnostics)}};
    if (is_good) {
      answer.emplace("plan", to_hex(runbooks::hash_of(*loaded.plan)));
      answer.emplace("missing_secrets",
                     service::to_value(service::missing_secrets(*loaded.plan, arguments.mode)));
    }
    console.value(answer);
    return is_good ? ExitCode::succeeded : ExitCode::usage;
  }
  if (!loaded.diagnostics.empty()) {
    console.err(render(loaded.diagnostics, loaded.texts.lookup()) + count_line(loaded.diagnostics));
  }
  if (!is_good) return ExitCode::usage;
  if (!arguments.inputs.empty() || !arguments.mode.empty()) {
    ExitCode code = ExitCode::succeeded;
    if (!prepare_run(arguments, console, code)) return code;
  }
  console.out(file.value() + ": " + loaded.plan->runbook + " is valid, plan " +
              to_hex(runbooks::hash_of(*loaded.plan)).substr(0, 6) + "\n");
  hint_at_missing_secrets(*loaded.plan, arguments.mode, console);
  console.hint("next: rung plan" + words_for_runbook(arguments) + "\n");
  return ExitCode::succeeded;
}

}  // namespace rung::cli
