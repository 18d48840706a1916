#include "cli/command.h"
#include "cli/commands/send.h"
#include "service/person.h"

namespace rung::cli {

ExitCode retry(const Arguments& arguments, const Console& console) {
  return send(arguments, console,
              service::RetryStep{arguments.step, service::this_person(arguments.say)});
}

}  // namespace rung::cli
