#include "service/version.h"

namespace rung::service {

std::string_view version() {
  return RUNG_VERSION;
}

}  // namespace rung::service
