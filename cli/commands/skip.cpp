#include "cli/command.h"
#include "cli/commands/send.h"
#include "service/load.h"
#include "service/person.h"

namespace rung::cli {

ExitCode skip(const Arguments& arguments, const Console& console) {
  auto outputs = service::read_outputs(arguments.outputs);
  if (!outputs) return console.refuse(outputs.error());
  return send(arguments, console,
              service::SkipStep{arguments.step, std::move(outputs).value(),
                                service::this_person(arguments.say)});
}

}  // namespace rung::cli
