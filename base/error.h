#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace rung {

// Chosen by what the caller does next. Closed: a tenth needs a decision.
enum class ErrorCode : unsigned char {
  invalid,      // the request itself is wrong: change it
  not_found,    // there is no such thing
  conflict,     // the state forbids it now: look again, then decide
  suppressed,   // a standing order forbids it for now: a freeze, a run that is there already
  denied,       // this person or process may not
  unavailable,  // it may work later without a change
  timed_out,    // a deadline passed; what was asked may still happen
  cancelled,    // we asked for it to stop
  exhausted,    // a stated bound was reached
  corrupt,      // stored data does not mean what it must
};

std::string_view name_of(ErrorCode code);

// Why one of our own functions could not do what it was asked. Not the failure of a runbook's
// step: that is data (`ActionError`). The message is a sentence for the operator; each layer that
// passes an error on may add one phrase of context in front.
class Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }

  // "while loading run 42: the journal ends in the middle of an event"
  Error with_context(std::string_view phrase) &&;

 private:
  ErrorCode code_;
  std::string message_;
};

// The error that errno names, with the code that fits it: "cannot open /x: Permission denied" where
// `what_failed` is "cannot open /x".
Error error_from_errno(std::string_view what_failed);
Error error_from_errno(std::string_view what_failed, int errno_value);

}  // namespace rung
