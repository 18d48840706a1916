#include "cli/command.h"
#include "cli/commands/send.h"
#include "service/person.h"

namespace rung::cli {

ExitCode note(const Arguments& arguments, const Console& console) {
  return send(arguments, console, service::Note{arguments.text, service::this_person("")});
}

}  // namespace rung::cli
