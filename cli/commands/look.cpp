#include "cli/commands/look.h"

#include "service/person.h"

namespace rung::cli {

std::optional<service::Archive> open_archive(const Arguments& arguments, const Console& console,
                                             ExitCode& code) {
  auto place = service::find_store(arguments.store);
  if (!place) {
    code = console.refuse(place.error());
    return std::nullopt;
  }
  auto archive = service::Archive::open(place.value());
  if (archive) return std::move(archive).value();
  const bool is_none = archive.error().code() == ErrorCode::not_found;
  code = console.refuse(archive.error(), is_none ? "it is made by the first run:  rung run"
                                                 : "look closer:  rung doctor");
  if (archive.error().code() == ErrorCode::conflict) code = ExitCode::no_store;  // of a newer rung
  return std::nullopt;
}

std::optional<Look> open_run(const Arguments& arguments, const Console& console,
                             service::Archive::Fits fits, ExitCode& code) {
  auto archive = open_archive(arguments, console, code);
  if (!archive) return std::nullopt;
  auto run = archive->find(arguments.run, fits);
  if (!run) {
    code = console.refuse(run.error(), "list them:  " + archive->place().rung + " ls --all");
    return std::nullopt;
  }
  return Look{std::move(*archive), run.value()};
}

service::Viewer viewer(const service::StorePlace& place) {
  engine::By by = service::this_person("");
  return {.who = std::move(by.who), .groups = std::move(by.groups), .rung = place.rung};
}

}  // namespace rung::cli
