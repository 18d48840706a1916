#include "cli/command.h"
#include "cli/commands/drive.h"
#include "cli/commands/look.h"
#include "service/person.h"

namespace rung::cli {

ExitCode resume(const Arguments& arguments, const Console& console) {
  ExitCode code = ExitCode::succeeded;
  service::SessionRequest request;
  request.by = service::this_person(arguments.say);
  if (arguments.all) {
    auto archive = open_archive(arguments, console, code);
    if (!archive) return code;
    request.store = archive->place();
    request.kind = service::SessionRequest::Kind::resume_all;
    return drive(std::move(request), arguments, console);
  }
  std::optional<service::RunView> over;
  {
    auto look = open_run(arguments, console, service::Archive::Fits::unfinished, code);
    if (!look) return code;
    auto run = look->archive.view(look->run, viewer(look->archive.place()));
    if (!run) return console.refuse(run.error());
    if (run.value().is_over()) over = std::move(run).value();
    request.store = look->archive.place();
    request.run = look->run;
  }
  if (over) {
    return console.refuse(
        Error(ErrorCode::conflict,
              over->name + " is over: " + std::string(state::name_of(over->status))),
        "look at it:  " + request.store.rung + " show " + std::to_string(over->id.number));
  }
  request.kind = service::SessionRequest::Kind::resume;
  return drive(std::move(request), arguments, console);
}

}  // namespace rung::cli
