#pragma once

#include <string_view>

namespace rung::service {

// "0.1.0"
std::string_view version();

}  // namespace rung::service
