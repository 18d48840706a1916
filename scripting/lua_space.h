#pragma once

#include "base/diagnostic.h"
#include "base/result.h"
#include "base/value.h"
#include "scripting/lua_values.h"
#include "scripting/meter.h"
#include "scripting/script.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct lua_State;

namespace rung::scripting {

// A Lua state of its own for one script: what the script may use, the names it finds, and what it
// may spend. Everything that Lua allocates is counted, and each thousand instructions the budget is
// looked at. One thread at a time; Lua finds its space again by `of`.
//
// Lua tells of errors by a long jump. Whatever may raise one is called only where no C++ object
// with a destructor is alive: functions that Lua calls leave what they found out in here (`answer`,
// `problem`) and push or raise it last.
class LuaSpace {
 public:
  explicit LuaSpace(const ScriptBudget& budget);
  ~LuaSpace();
  LuaSpace(const LuaSpace&) = delete;
  LuaSpace& operator=(const LuaSpace&) = delete;

  // False: there is no memory for it.
  bool is_there() const { return lua_ != nullptr; }
  lua_State* lua() const { return lua_; }
  static LuaSpace& of(lua_State* lua);

  // A function of ours that the script finds by this name. `owner` is its first upvalue.
  using Function = int (*)(lua_State*);
  void define(const char* name, Function function, void* owner);
  // A coroutine, which lives as long as the space; nullptr: there is no memory for it.
  lua_State* new_thread();

  // Where names come from that nothing defined. What was found once is not asked for again.
  struct Lookup {
    std::function<std::optional<Value>(std::string_view)> name;
    std::function<std::optional<Value>(std::string_view)> step;
    // What to write in place of a name that is not there; "" where nothing comes to mind.
    std::function<std::string(std::string_view)> hint{};
  };
  void look_up_in(Lookup lookup) { lookup_ = std::move(lookup); }

  // Leaves the compiled text on the stack. `line`: where it begins in its file. invalid: what the
  // compiler says, as "file:line: ...".
  Result<void> compile(std::string_view text, std::string_view file, int line);

  // --- the budget

  // Between two calls of a script it may work for a bounded time, which is counted from here. Time
  // in which the machine did something else does not count.
  void begin_turn();
  // Work outside of Lua's own instructions. False: that was too much.
  bool charge(std::size_t steps);
  // What was used up, as a sentence; "" where nothing was. Then nothing runs in here any more.
  std::string_view spent() const { return spent_; }

  // --- values

  const LuaValues& values() const { return values_; }
  std::optional<Value> read(lua_State* lua, int index, LuaValues::SecretsAre secrets) {
    return values_.read(lua, index, secrets, problem);
  }
  void push(lua_State* lua, const Value& value) const { values_.push(lua, value); }

  Value answer;         // of the function that Lua called last
  std::string problem;  // what it has to say in place of one

  // Raises `problem`, with file and line of the script.
  [[noreturn]] static void raise(lua_State* lua);
  // Where the script called the function that Lua called; 0 where nobody knows.
  static int line_of_caller(lua_State* lua);
  // Where a coroutine stood when an error ended it; 0 where nobody knows.
  static int line_of_end(lua_State* coroutine);

 private:
  friend struct LuaSpaceEntries;

  static void* allocate(void* space, void* block, std::size_t old_size, std::size_t new_size);
  bool may_grow(std::size_t before, std::size_t bytes);
  void fill();

  ScriptBudget budget_;
  std::int64_t instructions_;
  std::size_t held_ = 0;
  std::size_t allocated_ = 0;
  std::chrono::nanoseconds turn_began_{};  // of the thread's own time
  std::string_view spent_;
  Lookup lookup_;
  LuaValues values_;
  std::vector<std::string> words_;  // of the function that Lua called last
  lua_State* lua_ = nullptr;
  int environment_ = 0;  // references into Lua's registry
  int builtins_ = 0;
};

// What the compiler says of a text; empty where it compiles. Line 1 is its first line.
std::optional<Diagnostic> compile_error(std::string_view text);

}  // namespace rung::scripting
