#include "cli/command.h"
#include "cli/commands/drive.h"
#include "cli/commands/look.h"
#include "service/person.h"

namespace rung::cli {

ExitCode watch(const Arguments& arguments, const Console& console) {
  ExitCode code = ExitCode::succeeded;
  service::SessionRequest request;
  {
    const auto look = open_run(arguments, console, service::Archive::Fits::any, code);
    if (!look) return code;
    request.store = look->archive.place();
    request.run = look->run;
  }
  request.kind = service::SessionRequest::Kind::watch;
  request.by = service::this_person("");
  return drive(std::move(request), arguments, console);
}

}  // namespace rung::cli
