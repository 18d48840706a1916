#include "base/error.h"

namespace rung {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return "invalid";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::conflict: return "conflict";
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

}  // namespace rung
