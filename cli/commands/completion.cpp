#include "cli/completion.h"
#include "cli/command.h"

namespace rung::cli {

ExitCode completion(const Arguments& arguments, const Console& console) {
  const auto shell = parse_shell(arguments.step);
  if (!shell) {
    return console.refuse(
        Error(ErrorCode::invalid, arguments.step.empty()
                                      ? "`rung completion` needs a shell"
                                      : "no completion is known for '" + arguments.step + "'"),
        "write:  rung completion bash,  zsh  or  fish");
  }
  console.out(completion_script(*shell));
  return ExitCode::succeeded;
}

}  // namespace rung::cli
