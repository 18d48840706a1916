#include "cli/command.h"
#include "cli/commands/send.h"
#include "service/load.h"
#include "service/person.h"

namespace rung::cli {
namespace {

service::ResolveAs answer_of(const std::string& word) {
  if (word == "done") return service::ResolveAs::done;
  return word == "failed" ? service::ResolveAs::failed : service::ResolveAs::not_done;
}

}  // namespace

ExitCode resolve(const Arguments& arguments, const Console& console) {
  auto outputs = service::read_outputs(arguments.outputs);
  if (!outputs) return console.refuse(outputs.error());
  return send(arguments, console,
              service::Resolve{arguments.step, answer_of(arguments.as), std::move(outputs).value(),
                               service::this_person(arguments.say)});
}

}  // namespace rung::cli
