#include "cli/command.h"
#include "cli/commands/send.h"
#include "service/load.h"
#include "service/person.h"

namespace rung::cli {

ExitCode retry(const Arguments& arguments, const Console& console) {
  auto with = service::read_outputs(arguments.outputs);
  if (!with) return console.refuse(with.error());
  return send(arguments, console,
              service::RetryStep{arguments.step, service::this_person(arguments.say),
                                 std::move(with).value()});
}

}  // namespace rung::cli
