#pragma once

#include <span>
#include <string>
#include <string_view>

namespace rung::scripting {

// The names that a script finds without declaring them, beside the functions of expressions.

// inputs, vars, steps, run, mode, sites, secrets.
bool is_script_root(std::string_view name);
// step, action, sleep, signal, now, random, fail.
bool is_script_call(std::string_view name);
// What needs no run: the functions of expressions, pairs, table, ... and the calls.
bool is_script_builtin(std::string_view name);

// Lua's own names that scripts have.
std::span<const std::string_view> kept_lua_names();

// What to write in place of a name of Lua's that scripts do not have; "" for any other name.
std::string what_instead(std::string_view name);

}  // namespace rung::scripting
