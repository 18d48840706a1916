#include "cli/command.h"
#include "cli/commands/runbook_file.h"
#include "cli/screen/plan_screen.h"
#include "service/missing_secrets.h"

namespace rung::cli {

ExitCode plan(const Arguments& arguments, const Console& console) {
  ExitCode code = ExitCode::succeeded;
  const auto run = prepare_run(arguments, console, code);
  if (!run) return code;
  const auto view = service::describe_plan(*run->plan, run->inputs, run->mode);
  if (!view)
    return console.refuse(view.error(), "this is one of the runbook's requirements (require:)");
  if (!console.is_table()) {
    Value answer = service::to_value(view.value());
    answer.map()->insert_or_assign(
        "missing_secrets", service::to_value(service::missing_secrets(*run->plan, run->mode)));
    console.value(answer);
    return ExitCode::succeeded;
  }
  console.out(plan_screen(console.out_style(), view.value()));
  hint_at_missing_secrets(*run->plan, run->mode, console);
  std::string next = "rung run" + words_for_runbook(arguments);
  for (const std::string& input : arguments.inputs) next += " -i '" + input + "'";
  if (!arguments.mode.empty()) next += " --mode " + arguments.mode;
  console.hint("next: " + next + "\n");
  return ExitCode::succeeded;
}

}  // namespace rung::cli
