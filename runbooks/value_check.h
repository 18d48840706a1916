#pragma once

#include "runbooks/keys.h"
#include "runbooks/yaml_tree.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rung::runbooks {

// Holds one value against its key's shape and reports what is wrong. True: it is as the table says,
// except that a list or map of tables may hold entries that are no maps (reported as well).
bool check_value(const Member& member, const Key& key, Report& report);

// `timeout: 30s`: how the key is written, for fixes.
std::string example(const Key& key, Shape shape);

// A decimal number without anything around it.
std::optional<std::int64_t> whole_number(std::string_view text);

}  // namespace rung::runbooks
