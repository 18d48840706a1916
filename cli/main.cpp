#include "base/failpoint.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/console.h"

#include <csignal>
#include <vector>

int main(int argc, char** argv) {
  using namespace rung;
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on files is an answer, as a full disk is
  failpoint::configure_from_environment();
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  const auto parsed = cli::parse_arguments(words);
  if (const auto* stop = std::get_if<cli::Stop>(&parsed)) {
    const cli::Console console(false, false, cli::Output::table);
    if (stop->code == cli::ExitCode::succeeded)
      console.out(stop->text);
    else
      console.err(stop->text);
    return static_cast<int>(stop->code);
  }
  const auto& arguments = std::get<cli::Arguments>(parsed);
  const cli::Console console(arguments.is_quiet, arguments.no_color, arguments.output);
  return static_cast<int>(cli::perform(arguments, console));
}
