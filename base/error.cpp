#include "base/error.h"

#include <cerrno>
#include <system_error>

namespace rung {
namespace {

ErrorCode code_of(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR: return ErrorCode::not_found;
    case EEXIST:
    case ENOTEMPTY: return ErrorCode::conflict;
    case EACCES:
    case EPERM:
    case EROFS: return ErrorCode::denied;
    case EINVAL:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG: return ErrorCode::invalid;
    case ETIMEDOUT: return ErrorCode::timed_out;
    case ECANCELED: return ErrorCode::cancelled;
    default: return ErrorCode::unavailable;
  }
}

}  // namespace

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return "invalid";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::suppressed: return "suppressed";
    case ErrorCode::denied: return "denied";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::timed_out: return "timed_out";
    case ErrorCode::cancelled: return "cancelled";
    case ErrorCode::exhausted: return "exhausted";
    case ErrorCode::corrupt: return "corrupt";
  }
  return "corrupt";
}

Error Error::with_context(std::string_view phrase) && {
  message_ = std::string(phrase) + ": " + message_;
  return std::move(*this);
}

Error error_from_errno(std::string_view what_failed) {
  return error_from_errno(what_failed, errno);
}

Error error_from_errno(std::string_view what_failed, int errno_value) {
  return {code_of(errno_value),
          std::string(what_failed) + ": " + std::generic_category().message(errno_value)};
}

}  // namespace rung
