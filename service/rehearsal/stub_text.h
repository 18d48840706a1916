#pragma once

#include "base/action_spec.h"

#include <map>
#include <string>

namespace rung::service {

using DeclaredOutputs = std::map<std::string, Type, std::less<>>;

// The smallest value of each declared output.
Value::Map neutral_outputs(const DeclaredOutputs& declared);

// `copy: {outputs: {bytes: 0B}}`: a stub to begin with.
std::string stub_text(const std::string& address, const DeclaredOutputs& declared);

}  // namespace rung::service
