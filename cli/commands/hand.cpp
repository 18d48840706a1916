#include "cli/command.h"
#include "cli/commands/send.h"
#include "service/person.h"

namespace rung::cli {

ExitCode hand(const Arguments& arguments, const Console& console) {
  auto to = service::person_named(arguments.to);
  if (!to) return console.refuse(to.error());
  return send(arguments, console,
              service::HandCommand{std::move(to).value(), service::this_person(arguments.say)});
}

}  // namespace rung::cli
