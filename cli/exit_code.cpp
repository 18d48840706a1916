#include "cli/exit_code.h"

namespace rung::cli {

ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return ExitCode::usage;
    case ErrorCode::not_found: return ExitCode::not_found;
    case ErrorCode::conflict: return ExitCode::conflict;
    case ErrorCode::suppressed: return ExitCode::not_started;
    case ErrorCode::denied: return ExitCode::not_allowed;
    case ErrorCode::unavailable: return ExitCode::no_store;
    case ErrorCode::timed_out: return ExitCode::timed_out;
    case ErrorCode::cancelled: return ExitCode::interrupted;
    case ErrorCode::exhausted: return ExitCode::no_store;
    case ErrorCode::corrupt: return ExitCode::no_store;
  }
  return ExitCode::failed;
}

}  // namespace rung::cli
