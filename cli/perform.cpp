#include "cli/command.h"

namespace rung::cli {

ExitCode perform(const Arguments& arguments, const Console& console) {
  switch (arguments.verb) {
    case Verb::init: return init(arguments, console);
    case Verb::version: return version(arguments, console);
    default:
      return console.refuse(
          Error(ErrorCode::unavailable,
                "this build has no `rung " + std::string(name_of(arguments.verb)) + "`"));
  }
}

}  // namespace rung::cli
