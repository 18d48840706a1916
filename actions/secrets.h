#pragma once

#include "base/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace rung::actions {

// Shorter ones are not masked: their bytes occur everywhere, and the text would be unreadable.
inline constexpr std::size_t kShortestMasked = 4;

// The content of every secret in `value`, also inside lists and maps, without repetition.
std::vector<std::string> secret_contents(const Value& value);
std::vector<std::string> secret_contents(const Value::Map& values);

// `text` with "***" where one of `secrets` was; longer secrets first.
std::string mask(std::string_view text, const std::vector<std::string>& secrets);
// The same for every string inside a value.
Value masked(Value value, const std::vector<std::string>& secrets);

}  // namespace rung::actions
