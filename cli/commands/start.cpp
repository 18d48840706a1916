#include "cli/command.h"
#include "cli/commands/runbook_file.h"
#include "service/origin.h"
#include "service/person.h"
#include "service/send_command.h"

namespace rung::cli {

ExitCode start(const Arguments& arguments, const Console& console) {
  ExitCode code = ExitCode::succeeded;
  const auto prepared = prepare_run(arguments, console, code);
  if (!prepared) return code;
  hint_at_missing_secrets(*prepared->plan, prepared->mode, console);
  auto store = service::find_store(arguments.store);
  if (!store) return console.refuse(store.error());
  const engine::StartRequest request{prepared->plan,
                                     prepared->inputs,
                                     prepared->mode,
                                     arguments.dedupe,
                                     service::this_person(arguments.say),
                                     service::origin_of(*prepared->plan),
                                     arguments.breaks_glass};
  const auto sent = service::send_start(store.value(), request,
                                        arguments.timeout.value_or(std::chrono::seconds(10)));
  if (!sent) return console.refuse(sent.error());
  if (!sent.value().is_applied)
    return console.refuse(Error(sent.value().code, sent.value().message));
  const bool is_driven = sent.value().is_driven;
  if (console.is_table()) {
    console.out(sent.value().run_name + "\n");
  } else {
    console.value(Value::Map{{"run", sent.value().run_name},
                             {"number", sent.value().run.number},
                             {"driven", is_driven}});
  }
  const std::string id = std::to_string(sent.value().run.number);
  if (is_driven) {
    console.hint("next: " + store.value().rung + " watch " + id + "\n");
    return ExitCode::succeeded;
  }
  console.hint("recorded; takes effect when an engine runs: " + store.value().rung + " resume " +
               id + "\n");
  return ExitCode::no_engine;
}

}  // namespace rung::cli
