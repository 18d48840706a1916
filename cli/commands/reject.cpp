#include "cli/command.h"
#include "cli/commands/send.h"
#include "service/person.h"

namespace rung::cli {

ExitCode reject(const Arguments& arguments, const Console& console) {
  return send(
      arguments, console,
      service::Vote{arguments.step, false, service::this_person(arguments.say), arguments.plan});
}

}  // namespace rung::cli
