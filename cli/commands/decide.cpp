#include "cli/command.h"
#include "cli/commands/send.h"
#include "service/person.h"

namespace rung::cli {

// With one word the step is the one that waits for a decision.
ExitCode decide(const Arguments& arguments, const Console& console) {
  const bool names_step = !arguments.text.empty();
  return send(arguments, console,
              service::PickOption{names_step ? arguments.step : "",
                                  names_step ? arguments.text : arguments.step,
                                  service::this_person(arguments.say)});
}

}  // namespace rung::cli
