#pragma once

#include "base/value.h"

#include <string>

namespace rung::runbooks {

// The part of JSON Schema (draft-07) that ours uses. "" where `value` is valid, else where and why
// it is not.
std::string why_invalid(const Value& value, const Value& schema, const Value& root);

// A YAML file as an editor sees it: plain numbers, bools and null by their looks.
Value value_of_yaml(const std::string& text);

}  // namespace rung::runbooks
