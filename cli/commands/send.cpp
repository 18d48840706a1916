#include "cli/commands/send.h"

#include "cli/commands/look.h"
#include "service/describe_run.h"
#include "service/send_command.h"

namespace rung::cli {
namespace {

// A note and who commands take effect by being written.
bool needs_engine(Verb verb) {
  return verb != Verb::note && verb != Verb::take && verb != Verb::hand && verb != Verb::mode;
}

void print_answer(const Arguments& arguments, const Console& console, const service::Sent& sent) {
  if (console.is_table()) return;
  console.value(Value::Map{{"run", sent.run_name},
                           {"number", sent.run.number},
                           {"command", name_of(arguments.verb)},
                           {"applied", sent.is_applied},
                           {"driven", sent.is_driven},
                           {"message", sent.message}});
}

std::string said(const Arguments& arguments, const service::Sent& sent) {
  return sent.run_name + ": " + std::string(name_of(arguments.verb)) +
         (arguments.step.empty() ? "" : " " + arguments.step);
}

}  // namespace

ExitCode send(const Arguments& arguments, const Console& console, const service::Command& command) {
  constexpr auto kPatience = std::chrono::seconds(10);
  ExitCode code = ExitCode::succeeded;
  RunId run;
  service::StorePlace place;
  {
    auto look = open_run(arguments, console, service::Archive::Fits::unfinished, code);
    if (!look) return code;
    run = look->run;
    place = look->archive.place();
  }
  const auto sent =
      service::send_command(place, run, command, arguments.timeout.value_or(kPatience));
  if (!sent) return console.refuse(sent.error());
  print_answer(arguments, console, sent.value());
  const std::string id = std::to_string(run.number);
  if (!sent.value().is_applied) {
    return console.refuse(Error(sent.value().code, sent.value().message),
                          "see:  " + place.rung + " why " + id);
  }
  if (!sent.value().message.empty()) console.hint(sent.value().message + "\n");
  if (sent.value().is_driven || !needs_engine(arguments.verb)) {
    console.hint(said(arguments, sent.value()) + ": done\nnext: " + place.rung + " watch " + id +
                 "\n");
    return ExitCode::succeeded;
  }
  console.hint(said(arguments, sent.value()) + ": recorded; takes effect when an engine runs: " +
               place.rung + " resume " + id + "\n");
  return ExitCode::no_engine;
}

}  // namespace rung::cli
