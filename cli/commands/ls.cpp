#include "base/clock.h"
#include "cli/command.h"
#include "cli/commands/look.h"
#include "cli/screen/list_screen.h"
#include "service/describe_run.h"

namespace rung::cli {
namespace {

// Who commands a run stands in its journal; of a finished one nobody needs to know.
Value row_of(service::Archive& archive, const service::ListedRun& run) {
  Value row = service::to_value(run);
  if (state::is_terminal(run.summary.status)) return row;
  const auto view = archive.view(run.summary.run, viewer(archive.place()));
  if (!view) return row;
  Value::Map fields = *row.map();
  fields.emplace("commander", view.value().commander);
  return Value(std::move(fields));
}

}  // namespace

ExitCode ls(const Arguments& arguments, const Console& console) {
  constexpr std::size_t kDefaultLimit = 50;
  ExitCode code = ExitCode::succeeded;
  auto archive = open_archive(arguments, console, code);
  if (!archive) return code;
  const std::size_t limit =
      arguments.limit > 0 ? static_cast<std::size_t>(arguments.limit) : kDefaultLimit;
  auto runs = archive->listed({.unfinished_only = !arguments.all, .limit = limit});
  if (!runs) return console.refuse(runs.error());
  if (!console.is_table()) {
    Value::List list;
    for (const service::ListedRun& run : runs.value()) list.push_back(row_of(*archive, run));
    console.value(std::move(list));
    return ExitCode::succeeded;
  }
  const std::string& rung = archive->place().rung;
  const auto freezes = archive->freezes(SystemClock().now().utc);
  if (!freezes) return console.refuse(freezes.error());
  console.hint(freezes_screen(console.err_style(), freezes.value()));
  if (runs.value().empty()) {
    console.hint(arguments.all ? "no run yet; next: rung run\n"
                               : "no run is unfinished; all of them: " + rung + " ls --all\n");
    return ExitCode::succeeded;
  }
  console.out(list_screen(console.out_style(), runs.value(), SystemClock().now().utc));
  const state::RunSummary& latest = runs.value().front().summary;
  if (!arguments.all && !archive->holder())
    console.hint("no engine runs: none of them goes on until  " + rung + " resume RUN\n");
  console.hint("next: " + rung + (latest.finished_at ? " show " : " why ") +
               std::to_string(latest.run.number) + "\n");
  return ExitCode::succeeded;
}

}  // namespace rung::cli
