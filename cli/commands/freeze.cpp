#include "base/clock.h"
#include "cli/command.h"
#include "cli/commands/look.h"
#include "cli/screen/list_screen.h"
#include "service/commands.h"
#include "service/person.h"
#include "service/send_command.h"

namespace rung::cli {
namespace {

Value to_value(const state::Freeze& freeze) {
  return Value::Map{{"runbook", freeze.runbook.empty() ? Value() : Value(freeze.runbook)},
                    {"who", freeze.who},
                    {"say", freeze.say},
                    {"since", freeze.at},
                    {"until", freeze.until ? Value(*freeze.until) : Value()}};
}

ExitCode show_freezes(const Arguments& arguments, const Console& console) {
  ExitCode code = ExitCode::succeeded;
  auto archive = open_archive(arguments, console, code);
  if (!archive) return code;
  const TimePoint now = SystemClock().now().utc;
  const auto freezes = archive->freezes(now);
  if (!freezes) return console.refuse(freezes.error());
  if (!console.is_table()) {
    Value::List list;
    for (const state::Freeze& freeze : freezes.value()) list.push_back(to_value(freeze));
    console.value(std::move(list));
    return ExitCode::succeeded;
  }
  console.out(freezes_screen(console.out_style(), freezes.value()));
  if (freezes.value().empty())
    console.hint("nothing is frozen but by calendars of rung.yaml: `rung plan` shows them\n");
  return ExitCode::succeeded;
}

// A name that was mistyped freezes nothing, and nobody would see it.
bool has_run_of(const service::StorePlace& store, const std::string& runbook) {
  auto archive = service::Archive::open(store);
  if (!archive) return true;
  const auto runs = archive.value().runs({.runbook = runbook, .limit = 1});
  return !runs || !runs.value().empty();
}

ExitCode order(const Arguments& arguments, const Console& console,
               const service::FreezeRequest& request) {
  constexpr auto kPatience = std::chrono::seconds(10);
  const auto store = service::find_store(arguments.store);
  if (!store) return console.refuse(store.error());
  const auto sent =
      service::send_freeze(store.value(), request, arguments.timeout.value_or(kPatience));
  if (!sent) return console.refuse(sent.error());
  if (!sent.value().is_applied)
    return console.refuse(Error(sent.value().code, sent.value().message));
  if (!console.is_table()) {
    console.value(
        Value::Map{{"runbook", request.runbook.empty() ? Value() : Value(request.runbook)},
                   {"frozen", !request.lifts},
                   {"until", request.until ? Value(*request.until) : Value()}});
    return ExitCode::succeeded;
  }
  const std::string& rung = store.value().rung;
  const std::string what = request.runbook.empty() ? "--all" : request.runbook;
  if (request.lifts) {
    console.hint("runs may begin again, where nothing else is frozen:  " + rung + " freeze\n");
    return ExitCode::succeeded;
  }
  console.hint("no run " + (request.runbook.empty() ? "" : "of " + request.runbook + " ") +
               "begins any more; those that are there go on (" + rung + " ls)\nnext: " + rung +
               " unfreeze " + what + " --say \"why\"\n");
  if (!request.runbook.empty() && !has_run_of(store.value(), request.runbook))
    console.hint("note: this store has no run of a runbook of that name: is it right?\n");
  return ExitCode::succeeded;
}

}  // namespace

ExitCode freeze(const Arguments& arguments, const Console& console) {
  if (arguments.text.empty() && !arguments.all) return show_freezes(arguments, console);
  service::FreezeRequest request;
  request.runbook = arguments.text;
  request.by = service::this_person(arguments.say);
  if (arguments.lasts) request.until = SystemClock().now().utc + *arguments.lasts;
  if (!arguments.until.empty()) request.until = parse_time(arguments.until).value();
  return order(arguments, console, request);
}

ExitCode unfreeze(const Arguments& arguments, const Console& console) {
  service::FreezeRequest request;
  request.runbook = arguments.text;
  request.lifts = true;
  request.by = service::this_person(arguments.say);
  return order(arguments, console, request);
}

}  // namespace rung::cli
