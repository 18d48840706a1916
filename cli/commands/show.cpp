#include "base/clock.h"
#include "cli/command.h"
#include "cli/commands/look.h"
#include "cli/screen/need_screen.h"
#include "cli/screen/report_screen.h"
#include "cli/screen/run_screen.h"
#include "service/describe_run.h"

namespace rung::cli {

ExitCode show(const Arguments& arguments, const Console& console) {
  ExitCode code = ExitCode::succeeded;
  auto look = open_run(arguments, console, service::Archive::Fits::any, code);
  if (!look) return code;
  auto run = look->archive.view(look->run, viewer(look->archive.place()));
  if (!run) return console.refuse(run.error());
  if (!console.is_table()) {
    console.value(service::to_value(run.value()));
    return ExitCode::succeeded;
  }
  const std::string& rung = look->archive.place().rung;
  console.out(show_screen(console.out_style(), run.value(), SystemClock().now().utc));
  if (run.value().is_over()) console.out("\n" + report_screen(console.out_style(), run.value()));
  const std::string next = run.value().is_over()
                               ? rung + " logs " + std::to_string(look->run.number)
                               : next_command(run.value(), rung);
  console.hint("next: " + next + "\n");
  return ExitCode::succeeded;
}

}  // namespace rung::cli
