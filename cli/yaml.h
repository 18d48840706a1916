#pragma once

#include "base/value.h"

#include <string>

namespace rung::cli {

// The same as `to_pretty_json`, written as YAML. Strings that YAML could read as something else
// are quoted.
std::string to_yaml(const Value& value);

}  // namespace rung::cli
