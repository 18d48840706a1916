#include "base/clock.h"
#include "cli/command.h"
#include "cli/commands/look.h"
#include "cli/screen/need_screen.h"
#include "service/describe_run.h"

namespace rung::cli {

ExitCode why(const Arguments& arguments, const Console& console) {
  ExitCode code = ExitCode::succeeded;
  auto look = open_run(arguments, console, service::Archive::Fits::any, code);
  if (!look) return code;
  auto run = look->archive.view(look->run, viewer(look->archive.place()));
  if (!run) return console.refuse(run.error());
  if (!console.is_table()) {
    const Value all = service::to_value(run.value());
    console.value(Value::Map{{"run", *all.member("run")},
                             {"status", *all.member("status")},
                             {"waits_for", *all.member("waits_for")}});
    return ExitCode::succeeded;
  }
  console.out(why_screen(console.out_style(), run.value(), SystemClock().now().utc));
  if (run.value().is_over()) {
    console.out("  it waits for nothing: " +
                (run.value().reason.empty() ? "it is over" : run.value().reason) + "\n");
    console.hint("next: " + next_command(run.value(), look->archive.place().rung) + "\n");
  }
  return ExitCode::succeeded;
}

}  // namespace rung::cli
