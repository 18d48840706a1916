#include "actions/command/command_end.h"

#include "actions/command/output_file.h"
#include "actions/text.h"

#include <cerrno>
#include <cstring>

namespace rung::actions {
namespace {

constexpr int kShownLines = 3;
constexpr std::size_t kShownBytes = 500;

// Its last words, in front of which the message says how it ended.
std::string with_last_words(std::string message, const CommandEnd& end) {
  auto words = last_lines(end.stderr_text, kShownLines, kShownBytes);
  if (words.empty()) words = last_lines(end.stdout_text, kShownLines, kShownBytes);
  return words.empty() ? message : message + ": " + words;
}

ActionError not_executed(const CommandEnd& end) {
  const auto why = std::string("the program could not be started: ") + strerrordesc_np(end.code);
  switch (end.code) {
    case ENOENT:
      return {ErrorClass::not_found, why + "; is it installed, and is a relative path meant " +
                                         "from the runbook's folder?"};
    case EACCES:
    case EPERM: return {ErrorClass::refused, why + "; is it executable (chmod +x)?"};
    case ENOEXEC: return {ErrorClass::invalid, why + "; does it begin with a #! line?"};
    case E2BIG: return {ErrorClass::invalid, why + "; pass large values by `stdin:` or `files:`"};
    default: return {ErrorClass::internal, why};
  }
}

std::string signal_name(int number) {
  const char* name = sigabbrev_np(number);
  const auto text = "signal " + std::to_string(number);
  return name == nullptr ? text : text + " (SIG" + name + ")";
}

Outcome outcome_of_success(const RunRequest& request, const CommandEnd& end) {
  auto read = read_outputs(end.output_file, request.outputs);
  if (!read) {
    return Failed{{ErrorClass::invalid, "it exited with 0, but " + read.error().message()}};
  }
  for (const auto& name : read.value().undeclared) {
    request.progress("warning: the output `" + name + "` is not declared under `outputs:`; " +
                     "it is ignored");
  }
  auto outputs = std::move(read).value().values;
  outputs.insert_or_assign("exit_code", Value(std::int64_t{end.code}));
  outputs.insert_or_assign("stdout", Value(as_utf8(without_trailing_newlines(end.stdout_text))));
  outputs.insert_or_assign("stderr", Value(as_utf8(without_trailing_newlines(end.stderr_text))));
  return Done{std::move(outputs)};
}

// Why it is open whether the effect happened. Empty for ends that leave nothing open.
ActionError left_open(const CommandEnd& end) {
  using How = CommandEnd::How;
  switch (end.how) {
    case How::signalled:
      return {ErrorClass::internal, with_last_words("killed by " + signal_name(end.code), end)};
    case How::deadline: return {ErrorClass::timeout, with_last_words("ended at its timeout", end)};
    case How::cancelled:
      return {ErrorClass::internal, with_last_words("ended because it was cancelled", end)};
    case How::exited:
    case How::exec_failed: break;
  }
  return {ErrorClass::internal, with_last_words("exited with " + std::to_string(end.code), end)};
}

}  // namespace

Outcome outcome_of(const RunRequest& request, const CommandEnd& end) {
  using How = CommandEnd::How;
  switch (end.how) {
    case How::exited:
      if (end.code == 0) return outcome_of_success(request, end);
      return Failed{
          {ErrorClass::refused, with_last_words("exited with " + std::to_string(end.code), end)}};
    case How::exec_failed: return NotDone{not_executed(end)};
    case How::signalled:
    case How::deadline:
    case How::cancelled: break;
  }
  return Unknown{left_open(end)};
}

ProbeAnswer probe_answer_of(const RunRequest& request, const CommandEnd& end) {
  if (end.how == CommandEnd::How::exec_failed) return Unknown{not_executed(end)};
  if (end.how != CommandEnd::How::exited || end.code > 1) return Unknown{left_open(end)};
  if (end.code == 1) {
    return NotDone{{ErrorClass::not_found, with_last_words("the probe found it not done", end)}};
  }
  auto outcome = outcome_of_success(request, end);
  if (auto* done = std::get_if<Done>(&outcome)) {
    done->adopted = true;
    return std::move(*done);
  }
  return Unknown{*error_of(outcome)};
}

}  // namespace rung::actions
