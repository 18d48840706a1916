#include "cli/command.h"
#include "cli/commands/send.h"
#include "service/person.h"

namespace rung::cli {

ExitCode cancel(const Arguments& arguments, const Console& console) {
  const auto running =
      arguments.kills ? service::CancelRunning::kill : service::CancelRunning::drain;
  return send(arguments, console, service::Cancel{running, service::this_person(arguments.say)});
}

}  // namespace rung::cli
