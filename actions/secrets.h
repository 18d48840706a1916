#pragma once

#include "base/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace rung::actions {

// The content of every secret in `value`, also inside lists and maps, without repetition.
std::vector<std::string> secret_contents(const Value& value);
std::vector<std::string> secret_contents(const Value::Map& values);

// `text` with "***" where one of `secrets` was, as it is or encoded (base/masking.h).
std::string mask(std::string_view text, const std::vector<std::string>& secrets);
// The same of a text that was cut at its end: it may end in the middle of a secret.
std::string mask_cut(std::string_view text, const std::vector<std::string>& secrets);

// The same for every string inside a value, keys of maps too; what is no string becomes "***" where
// it reads as a secret does.
Value masked(Value value, const std::vector<std::string>& secrets);
// The same of each value; the names are the runbook's.
Value::Map masked_outputs(Value::Map outputs, const std::vector<std::string>& secrets);

}  // namespace rung::actions
