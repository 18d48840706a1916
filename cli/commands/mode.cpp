#include "cli/command.h"
#include "cli/commands/send.h"
#include "service/person.h"

namespace rung::cli {

ExitCode mode(const Arguments& arguments, const Console& console) {
  return send(arguments, console,
              service::SwitchMode{arguments.text, service::this_person(arguments.say)});
}

}  // namespace rung::cli
