#include "cli/command.h"
#include "cli/commands/drive.h"
#include "cli/commands/runbook_file.h"
#include "service/origin.h"
#include "service/person.h"

namespace rung::cli {

ExitCode run(const Arguments& arguments, const Console& console) {
  ExitCode code = ExitCode::succeeded;
  const auto prepared = prepare_run(arguments, console, code);
  if (!prepared) return code;
  hint_at_missing_secrets(*prepared->plan, prepared->mode, console);
  auto store = service::find_store(arguments.store);
  if (!store) return console.refuse(store.error());
  service::SessionRequest request;
  request.store = std::move(store).value();
  request.kind = service::SessionRequest::Kind::start;
  request.by = service::this_person(arguments.say);
  request.start = engine::StartRequest{
      prepared->plan,        prepared->inputs, prepared->mode,
      arguments.dedupe,      request.by,       service::origin_of(*prepared->plan),
      arguments.breaks_glass};
  return drive(std::move(request), arguments, console);
}

}  // namespace rung::cli
