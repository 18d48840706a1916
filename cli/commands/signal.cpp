#include "base/json.h"
#include "cli/command.h"
#include "cli/commands/send.h"
#include "service/person.h"

namespace rung::cli {

ExitCode signal(const Arguments& arguments, const Console& console) {
  Value payload;
  if (!arguments.text.empty()) {
    auto parsed = from_plain_json(arguments.text);
    if (!parsed)
      return console.refuse(parsed.error(),
                            "a payload is JSON:  rung signal RUN NAME '{\"ok\": true}'");
    payload = std::move(parsed).value();
  }
  return send(
      arguments, console,
      service::SendSignal{arguments.step, std::move(payload), service::this_person(arguments.say)});
}

}  // namespace rung::cli
