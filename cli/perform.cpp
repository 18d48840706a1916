#include "cli/command.h"

namespace rung::cli {

ExitCode perform(const Arguments& arguments, const Console& console) {
  switch (arguments.verb) {
    case Verb::init: return init(arguments, console);
    case Verb::actions: return actions(arguments, console);
    case Verb::plan: return plan(arguments, console);
    case Verb::validate: return validate(arguments, console);
    case Verb::version: return version(arguments, console);
    default:
      return console.refuse(
          Error(ErrorCode::unavailable,
                "this build has no `rung " + std::string(name_of(arguments.verb)) + "`"));
  }
}

}  // namespace rung::cli
