#include "service/brief.h"
#include "base/clock.h"
#include "cli/command.h"
#include "cli/commands/look.h"
#include "cli/screen/brief_screen.h"

namespace rung::cli {

ExitCode brief(const Arguments& arguments, const Console& console) {
  ExitCode code = ExitCode::succeeded;
  auto look = open_run(arguments, console, service::Archive::Fits::any, code);
  if (!look) return code;
  auto run = look->archive.view(look->run, viewer(look->archive.place()));
  if (!run) return console.refuse(run.error());
  const TimePoint now = SystemClock().now().utc;
  const service::Brief brief = service::brief_of(run.value(), now);
  if (!console.is_table()) {
    console.value(service::to_value(brief));
    return ExitCode::succeeded;
  }
  console.out(brief_screen(console.out_style(), run.value(), brief, now));
  return ExitCode::succeeded;
}

}  // namespace rung::cli
