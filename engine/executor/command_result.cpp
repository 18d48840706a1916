#include "engine/executor/command_result.h"

#include <sys/wait.h>

#include <algorithm>

namespace rung::engine {
namespace {

using supervisor::Exited;
using supervisor::ExitReason;
using How = actions::CommandEnd::How;

constexpr std::size_t kLeftoversLimit = 64 * 1024;

std::vector<std::string> leftovers_in(const std::string& folder) {
  std::vector<std::string> out;
  const auto text = read_file(folder + "/leftovers", kLeftoversLimit);
  if (!text) return out;
  const std::string& lines = text.value();
  for (std::size_t at = 0; at < lines.size();) {
    const auto end = std::min(lines.find('\n', at), lines.size());
    if (end > at) out.push_back(lines.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

actions::CommandEnd end_of(const std::string& folder, supervisor::Ending ending, How how) {
  const Exited& exited = ending.exited;
  actions::CommandEnd end;
  end.how = how;
  if (how == How::exited) end.code = WEXITSTATUS(exited.status);
  if (how == How::signalled) end.code = WTERMSIG(exited.status);
  if (how == How::exec_failed) end.code = exited.error;
  end.output_file = std::move(ending.output);
  end.stdout_text = supervisor::read_stream(folder, "stdout", exited.out);
  end.stderr_text = supervisor::read_stream(folder, "stderr", exited.err);
  if (exited.left > 0) end.leftovers = leftovers_in(folder);
  return end;
}

CommandResult interpret(const std::string& folder, supervisor::Ending ending) {
  const Exited exited = ending.exited;
  switch (exited.reason) {
    case ExitReason::ended:
      return end_of(folder, std::move(ending),
                    WIFEXITED(exited.status) ? How::exited : How::signalled);
    case ExitReason::deadline: return end_of(folder, std::move(ending), How::deadline);
    case ExitReason::cancelled: return end_of(folder, std::move(ending), How::cancelled);
    case ExitReason::exec_failed: return end_of(folder, std::move(ending), How::exec_failed);
    case ExitReason::setup_failed:
      return NotDone{
          {ErrorClass::unavailable, "the command was not begun: " + supervisor::describe(exited)}};
    case ExitReason::leftovers:
      return Failed{{ErrorClass::refused,
                     "the command ended well but left " + std::to_string(exited.left) +
                         " processes running, which `leftovers: fail` forbids; they were ended"}};
  }
  return Unknown{{ErrorClass::internal, "its record names an end that this rung does not know"}};
}

}  // namespace

CommandResult result_in(const std::string& folder) {
  auto ending = supervisor::read_exit(folder);
  if (ending) return interpret(folder, std::move(ending).value());
  const ActionError error{ErrorClass::invalid, ending.error().message()};
  if (ending.error().code() == ErrorCode::exhausted) return Failed{error};
  return Unknown{{ErrorClass::internal, ending.error().message()}};
}

CommandResult result_of(const supervisor::Finding& finding) {
  const ActionError error{ErrorClass::unavailable, std::string(finding.reason)};
  if (finding.verdict == supervisor::Verdict::not_done) return NotDone{error};
  return Unknown{error};
}

NotDone not_begun(const Error& error) {
  switch (error.code()) {
    case ErrorCode::invalid:
    case ErrorCode::exhausted: return NotDone{{ErrorClass::invalid, error.message()}};
    case ErrorCode::denied: return NotDone{{ErrorClass::refused, error.message()}};
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::suppressed:
    case ErrorCode::unavailable:
    case ErrorCode::timed_out:
    case ErrorCode::cancelled:
    case ErrorCode::corrupt: break;
  }
  return NotDone{{ErrorClass::unavailable, error.message()}};
}

}  // namespace rung::engine
