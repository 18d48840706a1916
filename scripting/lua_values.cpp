#include "scripting/lua_values.h"

#include "base/utf8.h"
#include "scripting/lua_space.h"
#include "scripting/operators.h"

#include <lauxlib.h>
#include <lua.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace rung::scripting {
namespace {

constexpr int kDeepest = 48;  // of lists and maps in one another
// Read of one value. A table that stands in it twice is copied twice, so that a few small ones in
// one another could be read without end.
constexpr std::size_t kLargest = 16u << 20;
constexpr std::size_t kNode = sizeof(Value) + 64;

// What has a type that Lua does not have. Plain memory: it needs no end of its own.
struct Scalar {
  Value::Kind kind = Value::Kind::null;
  std::int64_t number = 0;
  double percent = 0;
};

Scalar scalar_of(const Value& value) {
  if (const auto* duration = value.get_if<Duration>()) return {value.kind(), duration->count(), 0};
  if (const auto* bytes = value.get_if<Bytes>()) return {value.kind(), bytes->count, 0};
  if (const auto* percent = value.get_if<Percent>()) return {value.kind(), 0, percent->percent};
  return {value.kind(), value.get_if<TimePoint>()->time_since_epoch().count(), 0};
}

Value value_of(const Scalar& scalar) {
  if (scalar.kind == Value::Kind::duration) return Duration(scalar.number);
  if (scalar.kind == Value::Kind::size) return Bytes{scalar.number};
  if (scalar.kind == Value::Kind::percent) return Percent{scalar.percent};
  return TimePoint(Duration(scalar.number));
}

// A text with references in it lies as its parts: 't' or 's', four bytes of length, and the text or
// the secret's name. 'h' stands for a value that is secret and that nobody may see.
void append_part(std::string& parts, char kind, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  parts += kind;
  parts.append(reinterpret_cast<const char*>(&size), sizeof size);  // NOLINT: plain bytes
  parts += text;
}

struct Part {
  char kind;
  std::string_view text;
};
std::vector<Part> parts_in(std::string_view bytes) {
  std::vector<Part> parts;
  while (!bytes.empty()) {
    std::uint32_t size = 0;
    std::memcpy(&size, bytes.data() + 1, sizeof size);
    parts.push_back({bytes[0], bytes.substr(1 + sizeof size, size)});
    bytes.remove_prefix(1 + sizeof size + size);
  }
  return parts;
}

std::string_view bytes_at(lua_State* lua, int index) {
  return {static_cast<const char*>(lua_touserdata(lua, index)), lua_rawlen(lua, index)};
}

Value expression(std::string_view secret) {
  return Value::Map{{"$expr", Value("secrets." + std::string(secret))}};
}

bool has_metatable(lua_State* lua, int index, const void* wanted) {
  if (lua_getmetatable(lua, index) == 0) return false;
  const bool is_it = lua_topointer(lua, -1) == wanted;
  lua_pop(lua, 1);
  return is_it;
}

void push_bytes(lua_State* lua, std::string_view bytes, const char* metatable) {
  void* block = lua_newuserdatauv(lua, bytes.size(), 0);
  std::memcpy(block, bytes.data(), bytes.size());
  luaL_setmetatable(lua, metatable);
}

// --- what the operators do

constexpr const char* kScalars = "rung.scalar";
constexpr const char* kLists = "rung.list";
constexpr const char* kSecrets = "rung.secret";

// Both operands, as values; false where one cannot be one.
bool compute(LuaSpace& space, lua_State* lua, std::string_view op) {
  const auto a = space.read(lua, 1, LuaValues::SecretsAre::refused);
  const auto b = a ? space.read(lua, 2, LuaValues::SecretsAre::refused) : std::nullopt;
  if (!b) return false;
  if (a->is_null() || b->is_null()) {
    space.problem = "one side of `" + std::string(op) + "` is nil";
    return false;
  }
  if (op == "..") {
    space.answer = to_text(*a) + to_text(*b);
    return true;
  }
  if (op == "<" || op == "<=") {
    const auto order = compare(*a, *b);
    if (!order) {
      space.problem = order.error().what;
      return false;
    }
    space.answer = op == "<" ? order.value() < 0 : order.value() <= 0;
    return true;
  }
  auto result = arithmetic(op, *a, *b);
  if (!result) {
    space.problem = result.error().what;
    return false;
  }
  space.answer = std::move(result).value();
  return true;
}

bool negate(LuaSpace& space, lua_State* lua) {
  const auto operand = space.read(lua, 1, LuaValues::SecretsAre::refused);
  auto result = negative(operand.value_or(Value()));
  if (!operand || !result) {
    if (operand) space.problem = result.error().what;
    return false;
  }
  space.answer = std::move(result).value();
  return true;
}

int push_answer(lua_State* lua) {
  LuaSpace& space = LuaSpace::of(lua);
  space.push(lua, space.answer);
  return 1;
}

constexpr std::string_view kOperators[] = {"+", "-", "*", "/", "//", "%", "..", "<", "<="};
template <std::size_t op>
int operate(lua_State* lua) {
  if (!compute(LuaSpace::of(lua), lua, kOperators[op])) LuaSpace::raise(lua);
  return push_answer(lua);
}

int negate(lua_State* lua) {
  if (!negate(LuaSpace::of(lua), lua)) LuaSpace::raise(lua);
  return push_answer(lua);
}

// Of two scalars: Lua asks only where both are of this kind.
int are_equal(lua_State* lua) {
  const auto* a = static_cast<const Scalar*>(lua_touserdata(lua, 1));
  const auto* b = static_cast<const Scalar*>(lua_touserdata(lua, 2));
  lua_pushboolean(lua, a->kind == b->kind && a->number == b->number && a->percent == b->percent);
  return 1;
}

constexpr luaL_Reg kScalarOperators[] = {
    {"__add", operate<0>},  {"__sub", operate<1>}, {"__mul", operate<2>},    {"__div", operate<3>},
    {"__idiv", operate<4>}, {"__mod", operate<5>}, {"__concat", operate<6>}, {"__lt", operate<7>},
    {"__le", operate<8>},   {"__unm", negate},     {"__eq", are_equal},      {nullptr, nullptr}};

// One side of a join with a secret; false where it cannot be joined.
bool append_side(LuaSpace& space, lua_State* lua, int index, std::string& parts) {
  if (lua_type(lua, index) == LUA_TUSERDATA && space.values().kind_of(lua, index) == "secret") {
    parts += bytes_at(lua, index);
    return true;
  }
  const auto value = space.read(lua, index, LuaValues::SecretsAre::refused);
  if (!value) return false;
  if (value->list() != nullptr || value->map() != nullptr || value->is_null()) {
    space.problem = "a secret can be joined with text only";
    return false;
  }
  append_part(parts, 't', to_text(*value));
  return true;
}

bool join(LuaSpace& space, lua_State* lua) {
  std::string parts;
  if (!append_side(space, lua, 1, parts) || !append_side(space, lua, 2, parts)) return false;
  space.answer = std::move(parts);
  return true;
}

int join_secrets(lua_State* lua) {
  LuaSpace& space = LuaSpace::of(lua);
  if (!join(space, lua)) LuaSpace::raise(lua);
  push_bytes(lua, *space.answer.string(), kSecrets);
  return 1;
}

void push_scalar(lua_State* lua, const Scalar& scalar) {
  void* block = lua_newuserdatauv(lua, sizeof scalar, 0);
  std::memcpy(block, &scalar, sizeof scalar);
  luaL_setmetatable(lua, kScalars);
}

}  // namespace

// Reads one value, however deep.
struct LuaValues::Reading {
  const LuaValues& values;
  lua_State* lua;
  SecretsAre secrets;
  std::string& problem;
  std::size_t room = kLargest;

  std::optional<Value> fail(std::string what) const {
    problem = std::move(what);
    return std::nullopt;
  }

  bool take(std::size_t bytes) {
    room -= std::min(room, bytes);
    return room > 0;
  }
  std::optional<Value> too_large() const {
    return fail("it is larger than 16 MiB, counting a table as often as it stands in it");
  }

  std::optional<Value> read(int index, int depth) {
    if (!take(kNode)) return too_large();
    switch (lua_type(lua, index)) {
      case LUA_TNONE:
      case LUA_TNIL:
      case LUA_TLIGHTUSERDATA: return Value();
      case LUA_TBOOLEAN: return Value(lua_toboolean(lua, index) != 0);
      case LUA_TNUMBER: return number(index);
      case LUA_TSTRING: return text(index);
      case LUA_TTABLE: return table(lua_absindex(lua, index), depth);
      case LUA_TUSERDATA: return userdata(index);
      default: return fail("a function is no value that can be recorded");
    }
  }

  std::optional<Value> number(int index) const {
    if (lua_isinteger(lua, index) != 0) return Value(std::int64_t{lua_tointeger(lua, index)});
    const double number = lua_tonumber(lua, index);
    if (std::isfinite(number)) return Value(number);
    return fail("the number is infinite, or none at all");
  }

  std::optional<Value> text(int index) {
    std::size_t size = 0;
    const char* bytes = lua_tolstring(lua, index, &size);
    if (!take(size)) return too_large();
    if (is_utf8({bytes, size})) return Value(std::string(bytes, size));
    return fail("the text is not UTF-8; write  base64(text)");
  }

  std::optional<Value> userdata(int index) const {
    if (has_metatable(lua, index, values.scalars_))
      return value_of(*static_cast<const Scalar*>(lua_touserdata(lua, index)));
    if (!has_metatable(lua, index, values.secrets_)) return fail("it is no value");
    const auto parts = parts_in(bytes_at(lua, index));
    for (const Part& part : parts) {
      if (part.kind == 'h')
        return fail("it is secret: what an action gives as a secret cannot be used by a script");
    }
    if (secrets == SecretsAre::refused) {
      return fail(
          "a secret cannot be recorded, compared or returned: hand secrets.NAME to the action that "
          "needs it");
    }
    if (parts.size() == 1) return expression(parts[0].text);
    Value::List list;
    for (const Part& part : parts)
      list.push_back(part.kind == 's' ? expression(part.text) : Value(part.text));
    return Value::Map{{"$text", Value(std::move(list))}};
  }

  std::optional<Value> table(int index, int depth) {
    if (depth > kDeepest || lua_checkstack(lua, 4) == 0)
      return fail("it is nested too deep, or holds itself");
    const bool is_list = has_metatable(lua, index, values.lists_);
    if (!is_list && lua_getmetatable(lua, index) != 0) {
      lua_pop(lua, 1);
      return fail("name what you need of it: steps.ID.NAME");
    }
    if (is_list || lua_rawlen(lua, index) > 0) return list(index, depth);
    return map(index, depth);
  }

  std::optional<Value> list(int index, int depth) {
    const auto size = static_cast<std::int64_t>(lua_rawlen(lua, index));
    std::int64_t entries = 0;
    lua_pushnil(lua);
    while (lua_next(lua, index) != 0) {
      entries += 1;
      lua_pop(lua, 1);
    }
    if (entries != size)
      return fail("a table is a list or a map, not both, and a list has no gaps");
    Value::List list;
    for (std::int64_t i = 1; i <= size; ++i) {
      lua_rawgeti(lua, index, i);
      auto item = read(-1, depth + 1);
      lua_pop(lua, 1);
      if (!item) return std::nullopt;
      list.push_back(std::move(*item));
    }
    return Value(std::move(list));
  }

  std::optional<Value> map(int index, int depth) {
    Value::Map map;
    lua_pushnil(lua);
    while (lua_next(lua, index) != 0) {
      if (lua_type(lua, -2) != LUA_TSTRING) {
        lua_pop(lua, 2);
        return fail("a table is a list or a map, and a map's keys are texts");
      }
      auto key = text(-2);
      auto member = key ? read(-1, depth + 1) : std::nullopt;
      lua_pop(lua, 1);
      if (!member) {
        lua_pop(lua, 1);
        return std::nullopt;
      }
      std::string name = *key->string();
      if (secrets == SecretsAre::references && name.starts_with('$')) name.insert(0, "$");
      map.emplace(std::move(name), std::move(*member));
    }
    return Value(std::move(map));
  }
};

void LuaValues::install(lua_State* lua) {
  const auto make = [lua](const char* name) {
    luaL_newmetatable(lua, name);
    const void* which = lua_topointer(lua, -1);
    return which;
  };
  scalars_ = make(kScalars);
  luaL_setfuncs(lua, kScalarOperators, 0);
  lists_ = make(kLists);
  secrets_ = make(kSecrets);
  lua_pushcfunction(lua, join_secrets);
  lua_setfield(lua, -2, "__concat");
  lua_pop(lua, 3);
}

void LuaValues::push(lua_State* lua, const Value& value) const {
  luaL_checkstack(lua, 4, "nested too deep");
  if (value.has_secret_mark()) return push_bytes(lua, {"h\0\0\0\0", 5}, kSecrets);
  switch (value.kind()) {
    case Value::Kind::null: return lua_pushnil(lua);
    case Value::Kind::boolean: return lua_pushboolean(lua, *value.boolean() ? 1 : 0);
    case Value::Kind::integer: return lua_pushinteger(lua, *value.integer());
    case Value::Kind::number: return lua_pushnumber(lua, *value.number());
    case Value::Kind::string:
      lua_pushlstring(lua, value.string()->data(), value.string()->size());
      return;
    case Value::Kind::duration:
    case Value::Kind::size:
    case Value::Kind::percent:
    case Value::Kind::time: return push_scalar(lua, scalar_of(value));
    case Value::Kind::list: {
      lua_createtable(lua, static_cast<int>(value.list()->size()), 0);
      lua_Integer at = 0;
      for (const Value& item : *value.list()) {
        if (item.is_null())
          lua_pushlightuserdata(lua, nullptr);
        else
          push(lua, item);
        lua_rawseti(lua, -2, ++at);
      }
      return luaL_setmetatable(lua, kLists);
    }
    case Value::Kind::map:
      lua_createtable(lua, 0, static_cast<int>(value.map()->size()));
      for (const auto& [name, member] : *value.map()) {
        lua_pushlstring(lua, name.data(), name.size());
        push(lua, member);
        lua_rawset(lua, -3);
      }
      return;
  }
}

void LuaValues::push_secret(lua_State* lua, std::string_view name) const {
  // The name lies in Lua's own memory first: nothing of ours is alive when that runs out.
  const std::size_t size = 1 + sizeof(std::uint32_t) + name.size();
  char* block = static_cast<char*>(lua_newuserdatauv(lua, size, 0));
  const auto length = static_cast<std::uint32_t>(name.size());
  block[0] = 's';
  std::memcpy(block + 1, &length, sizeof length);
  std::memcpy(block + 1 + sizeof length, name.data(), name.size());
  luaL_setmetatable(lua, kSecrets);
}

std::optional<Value> LuaValues::read(lua_State* lua, int index, SecretsAre secrets,
                                     std::string& problem) const {
  const int top = lua_gettop(lua);
  auto value = Reading{*this, lua, secrets, problem}.read(index, 1);
  lua_settop(lua, top);
  return value;
}

std::string_view LuaValues::kind_of(lua_State* lua, int index) const {
  switch (lua_type(lua, index)) {
    case LUA_TNUMBER: return lua_isinteger(lua, index) != 0 ? "int" : "number";
    case LUA_TSTRING: return "string";
    case LUA_TBOOLEAN: return "bool";
    case LUA_TTABLE: return "table";
    case LUA_TFUNCTION: return "function";
    case LUA_TUSERDATA:
      if (!has_metatable(lua, index, scalars_)) return "secret";
      return name_of(static_cast<const Scalar*>(lua_touserdata(lua, index))->kind);
    default: return "nil";
  }
}

}  // namespace rung::scripting
