#pragma once

#include "scripting/lua_space.h"
#include "scripting/script.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rung::scripting {

// One durable script that is being run: Lua's coroutine, which stops at each call that is not
// recorded yet. Made for a record of any length, it catches up with it at its first turn.
class LiveScript {
 public:
  LiveScript(const Script& script, const ScriptBudget& budget);

  // Since the last turn what it asked for was recorded and answered, and nothing else.
  ScriptTurn go_on(const Scope& scope, const ScriptHistory& history);

 private:
  friend struct ScriptEntries;

  // What a function that the script calls does next.
  enum class Then : std::uint8_t { give, call, wait, raise };

  // A step() whose function runs.
  struct Frame {
    std::size_t record;
    std::map<std::string, int> names{};  // given to calls in it, and how often
  };

  Then meet(ScriptCall call);
  Then met_again();
  Then leave(lua_State* lua);
  Then give_answer(const ScriptMemory& memory);
  std::optional<ScriptCall> read_action(lua_State* lua);
  std::optional<ScriptCall> read_step(lua_State* lua);
  std::optional<ScriptCall> read_sleep(lua_State* lua);
  std::optional<ScriptCall> read_signal(lua_State* lua);
  std::optional<ScriptCall> read_choice(lua_State* lua, ScriptCallKind kind);
  std::optional<ScriptCall> call_of(lua_State* lua, ScriptCallKind kind);
  std::optional<std::string> first_text(lua_State* lua);
  std::optional<Value::Map> read_options(lua_State* lua, int index, std::string_view of);
  bool name(ScriptCall& call, std::string given, const std::string& usual);
  void refuse(std::string what) { space_.problem = std::move(what); }

  void look_up_in(const Scope& scope);
  ScriptTurn turn_after(int status);
  ScriptTurn returned(lua_State* lua);
  ScriptFailed fault(std::string message) const;
  ScriptFailed over_budget(std::string what) const;
  std::string at(int line) const;

  std::string file_;
  ScriptBudget budget_;
  LuaSpace space_;
  lua_State* coroutine_ = nullptr;
  std::string broken_;                      // why it cannot be run at all; "" where it can
  const ScriptHistory* history_ = nullptr;  // during a turn
  std::size_t cursor_ = 0;                  // the next record
  std::size_t asked_ = 0;                   // bytes that its calls were given so far
  std::vector<Frame> frames_;               // the script itself first
  std::optional<ScriptTurn> turn_;          // what it stopped with
  std::optional<std::pair<std::int64_t, std::int64_t>> range_;  // of the random() that is asked for
  bool is_failed_by_author_ = false;
};

}  // namespace rung::scripting
