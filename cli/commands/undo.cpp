#include "cli/command.h"
#include "cli/commands/look.h"
#include "cli/commands/send.h"
#include "cli/screen/undo_screen.h"
#include "service/person.h"

namespace rung::cli {

ExitCode undo(const Arguments& arguments, const Console& console) {
  if (!arguments.is_dry)
    return send(arguments, console, service::Undo{service::this_person(arguments.say)});
  ExitCode code = ExitCode::succeeded;
  auto look = open_run(arguments, console, service::Archive::Fits::any, code);
  if (!look) return code;
  const auto follower = look->archive.follow(look->run);
  if (!follower) return console.refuse(follower.error());
  const service::UndoView view = service::describe_undo(follower.value().history());
  if (console.is_table())
    console.out(undo_screen(console.out_style(), view, look->archive.place().rung));
  else
    console.value(service::to_value(view));
  return view.refused.empty() ? ExitCode::succeeded : ExitCode::conflict;
}

}  // namespace rung::cli
