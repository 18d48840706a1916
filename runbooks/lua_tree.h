#pragma once

#include "runbooks/yaml_tree.h"

namespace rung::runbooks {

// A runbook that is written in Lua (`runbook.lua`) as the tree that YAML would have given: from
// here on the two are one. Empty after a mistake, which was reported.
std::optional<Node> parse_lua(Report& report);

// Whether a file of this name holds Lua.
bool is_lua_file(std::string_view file);

}  // namespace rung::runbooks
