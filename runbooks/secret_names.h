#pragma once

#include "runbooks/template.h"

#include <set>
#include <string>
#include <string_view>

namespace rung::runbooks {

// The names of the secrets that a text of the language reads: "token" of `secrets.token`.
std::set<std::string> secret_names(std::string_view text);
// Those that fields read.
std::set<std::string> secret_names(const Template::Map& fields);

}  // namespace rung::runbooks
