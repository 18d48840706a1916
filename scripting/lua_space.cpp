#include "scripting/lua_space.h"

#include "scripting/function.h"
#include "scripting/script_words.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <memory>

namespace rung::scripting {
namespace {

constexpr int kInstructionsPerLook = 1000;

// What a script finds that is simpler said in Lua. All of it costs instructions, as the script's
// own text does.
constexpr const char* kPrelude = R"lua(
local sorted_keys, concat, unpack = sorted_keys, concat, unpack

-- In the order of the keys: the same on every machine and in every run.
function pairs(t)
  local keys, at = sorted_keys(t), 0
  return function()
    at = at + 1
    local key = keys[at]
    if key ~= nil then return key, t[key] end
  end
end

local function place(t, at, most, what)
  if math.type(at) ~= "integer" or at < 1 or at > most then
    error("table." .. what .. ": there is no place " .. tostring(at), 3)
  end
end

local function merge(from, to, low, middle, high, less)
  local a, b = low, middle + 1
  for i = low, high do
    if b > high or (a <= middle and not less(from[b], from[a])) then
      to[i] = from[a]
      a = a + 1
    else
      to[i] = from[b]
      b = b + 1
    end
  end
end

table = {
  concat = concat,
  unpack = unpack,
  insert = function(t, ...)
    local size = #t
    if select("#", ...) == 1 then
      t[size + 1] = (...)
      return
    end
    local at, value = ...
    place(t, at, size + 1, "insert")
    for i = size, at, -1 do t[i + 1] = t[i] end
    t[at] = value
  end,
  remove = function(t, at)
    local size = #t
    if at == nil and size == 0 then return nil end
    at = at or size
    place(t, at, size, "remove")
    local value = t[at]
    for i = at, size do t[i] = t[i + 1] end
    return value
  end,
  -- Equal elements keep their order.
  sort = function(t, less)
    less = less or function(a, b) return a < b end
    local size, from, to, width = #t, {}, {}, 1
    for i = 1, size do from[i] = t[i] end
    while width < size do
      for low = 1, size, 2 * width do
        local middle = math.min(low + width - 1, size)
        merge(from, to, low, middle, math.min(low + 2 * width - 1, size), less)
      end
      from, to, width = to, from, 2 * width
    end
    for i = 1, size do t[i] = from[i] end
  end,
}
)lua";

void out_of_instructions(lua_State* lua, lua_Debug*) {
  if (LuaSpace::of(lua).charge(kInstructionsPerLook)) return;
  lua_pushliteral(lua, "the budget of the script is spent");
  lua_error(lua);
}

}  // namespace

// The functions that Lua calls. Each does its work in a function of its own first, whose objects
// are gone when the answer is pushed or the problem raised.
struct LuaSpaceEntries {
  static bool apply(LuaSpace& space, lua_State* lua) {
    const Function& function =
        functions()[static_cast<std::size_t>(lua_tointeger(lua, lua_upvalueindex(1)))];
    const auto count = static_cast<std::size_t>(lua_gettop(lua));
    if (count < function.least || count > function.most) {
      space.problem = std::string(function.name) + "(" + std::string(function.parameters) +
                      ") is called with " + std::to_string(count) +
                      (count == 1 ? " value" : " values");
      return false;
    }
    std::vector<Value> arguments;
    std::vector<const Value*> places;
    arguments.reserve(count);
    for (std::size_t n = 0; n < count; ++n) {
      auto value = space.read(lua, static_cast<int>(n) + 1, LuaValues::SecretsAre::refused);
      if (!value) {
        space.problem = std::string(function.name) + ": " + space.problem;
        return false;
      }
      if (!space.charge(footprint(*value) / sizeof(Value))) return false;
      places.push_back(&arguments.emplace_back(std::move(*value)));
    }
    Meter meter(space.instructions_, space.budget_.memory_bytes);
    auto result = function.call({places, meter});
    space.instructions_ = meter.steps_left();
    if (!result) {
      if (result.error().is_over_budget) space.spent_ = "it takes too much work";
      space.problem =
          std::string(function.name) + ": " + result.error().what + result.error().detail;
      return false;
    }
    space.answer = std::move(result).value();
    return true;
  }
  static int call_function(lua_State* lua) {
    LuaSpace& space = LuaSpace::of(lua);
    if (!apply(space, lua)) LuaSpace::raise(lua);
    space.push(lua, space.answer);
    return 1;
  }

  // A list of the keys of a table, in order, which Lua itself does not keep.
  static bool sort_keys(LuaSpace& space, lua_State* lua) {
    std::vector<lua_Integer> numbers;
    space.words_.clear();
    if (lua_type(lua, 1) != LUA_TTABLE || lua_checkstack(lua, 4) == 0) {
      space.problem =
          "pairs: a table is needed, not a " + std::string(space.values().kind_of(lua, 1));
      return false;
    }
    lua_pushnil(lua);
    while (lua_next(lua, 1) != 0) {
      lua_pop(lua, 1);
      std::size_t size = 0;
      if (lua_type(lua, -1) == LUA_TSTRING) {
        const char* text = lua_tolstring(lua, -1, &size);
        space.words_.emplace_back(text, size);
      } else if (lua_isinteger(lua, -1) != 0) {
        numbers.push_back(lua_tointeger(lua, -1));
      } else {
        lua_settop(lua, 1);
        space.problem = "pairs: only texts and whole numbers can be keys that are gone through";
        return false;
      }
      if (!space.charge(4)) return false;
    }
    std::sort(numbers.begin(), numbers.end());
    std::sort(space.words_.begin(), space.words_.end());
    Value::List list;
    for (const lua_Integer number : numbers) list.emplace_back(std::int64_t{number});
    space.answer = std::move(list);
    return true;
  }
  static int sorted_keys(lua_State* lua) {
    LuaSpace& space = LuaSpace::of(lua);
    if (luaL_getmetafield(lua, 1, "__index") != LUA_TNIL) {
      space.problem = "pairs: this cannot be gone through; name what you need of it";
      LuaSpace::raise(lua);
    }
    if (!sort_keys(space, lua)) LuaSpace::raise(lua);
    space.push(lua, space.answer);
    auto at = static_cast<lua_Integer>(lua_rawlen(lua, -1));
    for (std::size_t n = 0; n < space.words_.size(); ++n) {
      lua_pushlstring(lua, space.words_[n].data(), space.words_[n].size());
      lua_rawseti(lua, -2, ++at);
    }
    return 1;
  }

  static int type(lua_State* lua) {
    luaL_checkany(lua, 1);
    const auto kind = LuaSpace::of(lua).values().kind_of(lua, 1);
    const bool is_lua = lua_type(lua, 1) != LUA_TUSERDATA;
    lua_pushstring(lua, is_lua ? luaL_typename(lua, 1) : kind.data());
    return 1;
  }

  // Where a table lies in memory is no one's business, and not the same twice.
  static int to_string(lua_State* lua) {
    luaL_checkany(lua, 1);
    LuaSpace& space = LuaSpace::of(lua);
    switch (lua_type(lua, 1)) {
      case LUA_TNUMBER:
      case LUA_TSTRING:
      case LUA_TBOOLEAN:
      case LUA_TNIL: luaL_tolstring(lua, 1, nullptr); return 1;
      case LUA_TLIGHTUSERDATA: lua_pushliteral(lua, "null"); return 1;
      case LUA_TUSERDATA:
        if (!text_of(space, lua)) LuaSpace::raise(lua);
        space.push(lua, space.answer);
        return 1;
      default: lua_pushstring(lua, luaL_typename(lua, 1)); return 1;
    }
  }
  static bool text_of(LuaSpace& space, lua_State* lua) {
    const auto value = space.read(lua, 1, LuaValues::SecretsAre::refused);
    if (!value) return false;
    space.answer = Value(to_text(*value));
    return true;
  }

  static bool find(LuaSpace& space, lua_State* lua, bool is_step) {
    if (lua_type(lua, 2) != LUA_TSTRING) {
      space.problem = "a name is needed here";
      return false;
    }
    const std::string name = lua_tostring(lua, 2);
    const auto& look_up = is_step ? space.lookup_.step : space.lookup_.name;
    auto value = look_up ? look_up(name) : std::nullopt;
    if (value) {
      space.answer = std::move(*value);
      return true;
    }
    std::string instead = what_instead(name);
    if (instead.empty() && space.lookup_.hint) instead = space.lookup_.hint(name);
    if (is_step) {
      space.problem = "steps." + name + ": there is no such step that had ended when this began";
    } else {
      space.problem = "there is no name `" + name + "` here" +
                      (instead.empty() ? "; declare it with  local" : ": " + instead);
    }
    return false;
  }
  // Upvalue 1: the builtins, where what was found stays.
  static int find_name(lua_State* lua) {
    LuaSpace& space = LuaSpace::of(lua);
    lua_pushvalue(lua, 2);
    if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    if (!find(space, lua, false)) LuaSpace::raise(lua);
    space.push(lua, space.answer);
    lua_pushvalue(lua, 2);
    lua_pushvalue(lua, -2);
    lua_rawset(lua, lua_upvalueindex(1));
    return 1;
  }
  static int find_step(lua_State* lua) {
    LuaSpace& space = LuaSpace::of(lua);
    if (!find(space, lua, true)) LuaSpace::raise(lua);
    space.push(lua, space.answer);
    lua_pushvalue(lua, 2);
    lua_pushvalue(lua, -2);
    lua_rawset(lua, 1);
    return 1;
  }
  static int find_secret(lua_State* lua) {
    LuaSpace& space = LuaSpace::of(lua);
    if (lua_type(lua, 2) != LUA_TSTRING) {
      space.problem = "name one secret: secrets.NAME";
      LuaSpace::raise(lua);
    }
    space.values().push_secret(lua, lua_tostring(lua, 2));
    return 1;
  }

  static int refuse_new_name(lua_State* lua) {
    LuaSpace& space = LuaSpace::of(lua);
    note_new_name(space, lua);
    LuaSpace::raise(lua);
  }
  static void note_new_name(LuaSpace& space, lua_State* lua) {
    const char* name = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "it";
    space.problem = "`" + std::string(name) + "` is not declared: write  local " + name;
  }
  static int refuse_change(lua_State* lua) {
    LuaSpace::of(lua).problem = "this cannot be changed";
    LuaSpace::raise(lua);
  }

  // A table whose members are looked up one by one.
  static void push_looked_up(lua_State* lua, lua_CFunction find) {
    lua_newtable(lua);
    lua_newtable(lua);
    lua_pushcfunction(lua, find);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, refuse_change);
    lua_setfield(lua, -2, "__newindex");
    lua_setmetatable(lua, -2);
  }

  static void copy(lua_State* lua, int from, const char* name) {
    lua_getfield(lua, from, name);
    lua_setfield(lua, -3, name);
  }

  // The builtins on top of the stack get what they need of Lua's own libraries.
  static void add_lua(lua_State* lua) {
    luaL_requiref(lua, "_G", luaopen_base, 0);
    for (const char* name : {"assert", "error", "ipairs", "select", "tonumber"})
      copy(lua, -1, name);
    lua_pop(lua, 1);
    luaL_requiref(lua, "table", luaopen_table, 0);
    copy(lua, -1, "concat");
    copy(lua, -1, "unpack");
    lua_pop(lua, 1);
    lua_newtable(lua);
    luaL_requiref(lua, "math", luaopen_math, 0);
    for (const char* name : {"abs", "ceil", "floor", "fmod", "huge", "max", "maxinteger", "min",
                             "mininteger", "modf", "pi", "sqrt", "tointeger", "type"})
      copy(lua, -1, name);
    lua_pop(lua, 1);
    lua_setfield(lua, -2, "math");
  }

  static int fill(lua_State* lua) {
    LuaSpace& space = LuaSpace::of(lua);
    space.values_.install(lua);
    lua_newtable(lua);
    const int builtins = lua_gettop(lua);
    add_lua(lua);
    for (std::size_t n = 0; n < functions().size(); ++n) {
      lua_pushinteger(lua, static_cast<lua_Integer>(n));
      lua_pushcclosure(lua, call_function, 1);
      lua_setfield(lua, builtins, functions()[n].name.data());
    }
    const luaL_Reg own[] = {
        {"sorted_keys", sorted_keys}, {"type", type}, {"tostring", to_string}, {nullptr, nullptr}};
    luaL_setfuncs(lua, own, 0);
    lua_pushlightuserdata(lua, nullptr);
    lua_setfield(lua, builtins, "null");
    push_looked_up(lua, find_step);
    lua_setfield(lua, builtins, "steps");
    push_looked_up(lua, find_secret);
    lua_setfield(lua, builtins, "secrets");
    luaL_loadbufferx(lua, kPrelude, std::char_traits<char>::length(kPrelude), "=rung", "t");
    lua_pushvalue(lua, builtins);
    lua_setupvalue(lua, -2, 1);
    lua_call(lua, 0, 0);
    for (const char* name : {"sorted_keys", "concat", "unpack"}) {
      lua_pushnil(lua);
      lua_setfield(lua, builtins, name);
    }
    lua_newtable(lua);  // the environment: empty, so that every name is looked up
    lua_newtable(lua);
    lua_pushvalue(lua, builtins);
    lua_pushcclosure(lua, find_name, 1);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, refuse_new_name);
    lua_setfield(lua, -2, "__newindex");
    lua_setmetatable(lua, -2);
    space.environment_ = luaL_ref(lua, LUA_REGISTRYINDEX);
    space.builtins_ = luaL_ref(lua, LUA_REGISTRYINDEX);
    return 0;
  }
};

namespace {

// The text with as many empty lines before it as stand above it in its file.
struct Lines {
  std::string_view text;
  int empty = 0;
  bool is_read = false;
};
const char* next_piece(lua_State*, void* data, std::size_t* size) {
  static constexpr std::string_view kEmpty =
      "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
  auto* lines = static_cast<Lines*>(data);
  if (lines->empty > 0) {
    *size = std::min(kEmpty.size(), static_cast<std::size_t>(lines->empty));
    lines->empty -= static_cast<int>(*size);
    return kEmpty.data();
  }
  *size = lines->is_read ? 0 : lines->text.size();
  lines->is_read = true;
  return lines->text.data();
}

// The innermost function that the author wrote, below what is called and what is in the prelude.
int level_of_script(lua_State* lua, int from = 1) {
  lua_Debug where;
  for (int level = from; lua_getstack(lua, level, &where) != 0; ++level) {
    if (lua_getinfo(lua, "S", &where) != 0 && where.source[0] == '@') return level;
  }
  return from;
}

int line_at(lua_State* lua, int level) {
  lua_Debug where;
  if (lua_getstack(lua, level, &where) == 0) return 0;
  if (lua_getinfo(lua, "l", &where) == 0) return 0;
  return std::max(where.currentline, 0);
}

std::chrono::nanoseconds time_of_thread() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

}  // namespace

LuaSpace::LuaSpace(const ScriptBudget& budget)
    : budget_(budget), instructions_(budget.instructions) {
  lua_ = lua_newstate(allocate, this);
  if (lua_ == nullptr) return;
  *static_cast<LuaSpace**>(lua_getextraspace(lua_)) = this;
  lua_pushcfunction(lua_, LuaSpaceEntries::fill);
  if (lua_pcall(lua_, 0, 0, 0) != LUA_OK) {
    lua_close(lua_);
    lua_ = nullptr;
    return;
  }
  lua_sethook(lua_, out_of_instructions, LUA_MASKCOUNT, kInstructionsPerLook);
}

LuaSpace::~LuaSpace() {
  if (lua_ != nullptr) lua_close(lua_);
}

LuaSpace& LuaSpace::of(lua_State* lua) {
  return **static_cast<LuaSpace**>(lua_getextraspace(lua));
}

void LuaSpace::define(const char* name, Function function, void* owner) {
  lua_rawgeti(lua_, LUA_REGISTRYINDEX, builtins_);
  lua_pushlightuserdata(lua_, owner);
  lua_pushcclosure(lua_, function, 1);
  lua_setfield(lua_, -2, name);
  lua_pop(lua_, 1);
}

lua_State* LuaSpace::new_thread() {
  if (lua_checkstack(lua_, 2) == 0) return nullptr;
  return lua_newthread(lua_);  // stays on the stack: that keeps it alive
}

Result<void> LuaSpace::compile(std::string_view text, std::string_view file, int line) {
  Lines lines{text, line - 1};
  const std::string name = "@" + std::string(file);
  if (lua_load(lua_, next_piece, &lines, name.c_str(), "t") != LUA_OK) {
    std::string what = lua_tostring(lua_, -1);
    lua_pop(lua_, 1);
    return Error(ErrorCode::invalid, std::move(what));
  }
  lua_rawgeti(lua_, LUA_REGISTRYINDEX, environment_);
  lua_setupvalue(lua_, -2, 1);
  return success();
}

void LuaSpace::begin_turn() {
  turn_began_ = time_of_thread();
}

bool LuaSpace::charge(std::size_t steps) {
  if (!spent_.empty()) return false;
  if (steps > static_cast<std::uint64_t>(std::max<std::int64_t>(instructions_, 0))) {
    spent_ = "it takes too many instructions";
    problem = spent_;
    return false;
  }
  instructions_ -= static_cast<std::int64_t>(steps);
  if (time_of_thread() - turn_began_ < budget_.between_calls) return true;
  spent_ = "it works too long without asking for anything";
  problem = spent_;
  return false;
}

bool LuaSpace::may_grow(std::size_t before, std::size_t bytes) {
  if (held_ - before + bytes > budget_.memory_bytes) return false;
  allocated_ += bytes;
  if (allocated_ <= budget_.allocated_bytes) return true;
  spent_ = "it copies too much";
  return false;
}

void* LuaSpace::allocate(void* data, void* block, std::size_t old_size, std::size_t new_size) {
  auto* space = static_cast<LuaSpace*>(data);
  const std::size_t before = block == nullptr ? 0 : old_size;  // else it is a type, not a size
  if (new_size == 0) {
    space->held_ -= before;
    std::free(block);
    return nullptr;
  }
  if (new_size > before && !space->may_grow(before, new_size)) return nullptr;
  void* moved = std::realloc(block, new_size);
  if (moved != nullptr) space->held_ = space->held_ - before + new_size;
  return moved;
}

void LuaSpace::raise(lua_State* lua) {
  luaL_where(lua, level_of_script(lua));
  const LuaSpace& space = of(lua);
  lua_pushlstring(lua, space.problem.data(), space.problem.size());
  lua_concat(lua, 2);
  lua_error(lua);
  std::abort();  // lua_error does not return, and does not say so
}

int LuaSpace::line_of_caller(lua_State* lua) {
  return line_at(lua, level_of_script(lua));
}

int LuaSpace::line_of_end(lua_State* coroutine) {
  return line_at(coroutine, level_of_script(coroutine, 0));
}

std::optional<Diagnostic> compile_error(std::string_view text) {
  std::unique_ptr<lua_State, decltype(&lua_close)> lua(luaL_newstate(), &lua_close);
  if (lua == nullptr) return std::nullopt;
  if (luaL_loadbufferx(lua.get(), text.data(), text.size(), "=lua", "t") == LUA_OK)
    return std::nullopt;
  std::string what = lua_tostring(lua.get(), -1);
  // "lua:12: 'end' expected ..."
  const std::size_t colon = what.find(':', 4);
  const int lines = 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n')) -
                    (text.ends_with('\n') ? 1 : 0);
  const int line = colon == std::string::npos ? 1 : std::atoi(what.c_str() + 4);
  if (colon != std::string::npos) what = what.substr(colon + 2);
  // A line that it counts from the beginning of the script says nothing about the file.
  if (const auto at = what.find(" at line "); at != std::string::npos)
    what.erase(at, what.find(')', at) - at);
  return Diagnostic{Severity::error,
                    "",
                    {std::min(line, lines), 1},
                    1,
                    "Lua does not understand this: " + what,
                    "correct the script; the mistake may lie in the lines above"};
}

}  // namespace rung::scripting
