#include "engine/supervisor/adopt.h"

#include <sys/wait.h>

#include <cstring>
#include <system_error>

namespace rung::engine::supervisor {
namespace {

std::string how_it_ended(int status) {
  if (WIFEXITED(status)) return "exit code " + std::to_string(WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  return "ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

std::string what_failed(Stage stage) {
  switch (stage) {
    case Stage::none: return "cannot begin the command";
    case Stage::pipes: return "cannot make pipes for the command";
    case Stage::files: return "cannot write its `files:` to a tmpfs";
    case Stage::stdin_bytes: return "cannot hold its `stdin:` in memory";
    case Stage::fork: return "cannot make a process for the command";
    case Stage::folder: return "cannot enter its working directory";
    case Stage::exec: return "cannot execute the command";
  }
  return "cannot begin the command";
}

std::string why_nothing_began(const Exited& exited) {
  return what_failed(exited.stage) + ": " + std::generic_category().message(exited.error);
}

std::string with_survivors(std::string text, const Exited& exited) {
  if (exited.survived == 0) return text;
  return text + "; " + std::to_string(exited.survived) +
         " of its processes could not be killed and still run";
}

}  // namespace

AttemptEnd attempt_end(const Exited& exited) {
  switch (exited.reason) {
    case ExitReason::ended:
      if (!WIFEXITED(exited.status)) return AttemptEnd::unknown;
      return WEXITSTATUS(exited.status) == 0 ? AttemptEnd::done : AttemptEnd::failed;
    case ExitReason::deadline:
    case ExitReason::cancelled: return AttemptEnd::unknown;
    case ExitReason::exec_failed:
    case ExitReason::setup_failed: return AttemptEnd::not_done;
    case ExitReason::leftovers: return AttemptEnd::failed;
  }
  return AttemptEnd::unknown;
}

std::string describe(const Exited& exited) {
  switch (exited.reason) {
    case ExitReason::ended: return with_survivors(how_it_ended(exited.status), exited);
    case ExitReason::deadline: return with_survivors("stopped at its deadline", exited);
    case ExitReason::cancelled: return with_survivors("stopped on request", exited);
    case ExitReason::exec_failed:
    case ExitReason::setup_failed: return why_nothing_began(exited);
    case ExitReason::leftovers:
      return with_survivors(
          how_it_ended(exited.status) +
              ", but it left processes running, which `leftovers: fail` forbids (they were killed)",
          exited);
  }
  return "?";
}

}  // namespace rung::engine::supervisor
