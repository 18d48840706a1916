#include "cli/command.h"
#include "cli/commands/send.h"
#include "service/load.h"
#include "service/person.h"

namespace rung::cli {
namespace {

// "money" and "ledger" are the step money/ledger.
std::string step_of(const Arguments& arguments) {
  return arguments.participant.empty() ? arguments.step
                                       : arguments.step + "/" + arguments.participant;
}

}  // namespace

ExitCode resolve(const Arguments& arguments, const Console& console) {
  auto outputs = service::read_outputs(arguments.outputs);
  if (!outputs) return console.refuse(outputs.error());
  return send(arguments, console,
              service::Resolve{step_of(arguments), *service::parse_resolve_as(arguments.as),
                               std::move(outputs).value(), service::this_person(arguments.say)});
}

}  // namespace rung::cli
