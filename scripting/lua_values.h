#pragma once

#include "base/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct lua_State;

namespace rung::scripting {

// How the language's values lie in Lua: null as nil (inside a list as the name `null`), bool, int,
// number and text as Lua's own, lists and maps as tables, and durations, sizes, percentages and
// times as values of their own kind with their own operators. A table that came from a list stays
// one when it is empty.
//
// A secret is never in Lua: `secrets.NAME` is a reference, which may be joined with text and handed
// to an action. A value that is secret is there as something that nothing can be done with.
//
// One for each state; lives as long as it.
class LuaValues {
 public:
  // Raises where memory runs out; so do all that push.
  void install(lua_State* lua);

  void push(lua_State* lua, const Value& value) const;
  void push_secret(lua_State* lua, std::string_view name) const;

  enum class SecretsAre : std::uint8_t { refused, references };
  // Never raises, and reads a bounded amount. Empty: `problem` says why. References become
  // {"$expr": "secrets.NAME"}, as in stored templates; with them a key that begins with `$` is
  // doubled there.
  std::optional<Value> read(lua_State* lua, int index, SecretsAre secrets,
                            std::string& problem) const;
  // "duration", "list", "text", ... for messages.
  std::string_view kind_of(lua_State* lua, int index) const;

 private:
  struct Reading;

  const void* scalars_ = nullptr;  // metatables, to know values by
  const void* lists_ = nullptr;
  const void* secrets_ = nullptr;
};

}  // namespace rung::scripting
