#include "scripting/lua_evaluator.h"

#include "base/ensure.h"
#include "scripting/evaluation.h"
#include "scripting/script.h"
#include "scripting/translation.h"

#include <lauxlib.h>
#include <lua.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>
#include <unordered_map>

namespace rung::scripting {
namespace {

constexpr std::size_t kMostPrograms = 4096;
constexpr std::size_t kMostProgramBytes = 8u << 20;

// A compiled expression. `chunk` is Lua's reference to it.
struct Program {
  Syntax syntax;
  int chunk = LUA_NOREF;
};

// What Lua's functions of ours find beside the state.
struct Session {
  Evaluation* evaluation = nullptr;
  Meter* meter = nullptr;  // only while an evaluation runs: what Lua allocates then is counted
};

Session& session_of(lua_State* lua) {
  return **static_cast<Session**>(lua_getextraspace(lua));
}

void* allocate(void* session, void* block, std::size_t old_size, std::size_t new_size) {
  Meter* meter = static_cast<Session*>(session)->meter;
  const std::size_t before = block == nullptr ? 0 : old_size;  // else it is a type, not a size
  if (new_size == 0) {
    if (meter != nullptr) meter->release(before);
    std::free(block);
    return nullptr;
  }
  if (meter != nullptr && new_size > before && !meter->try_hold(new_size - before)) return nullptr;
  if (meter != nullptr && new_size < before) meter->release(before - new_size);
  return std::realloc(block, new_size);
}

// Scalars are Lua's own; everything else is a pointer to a value that the evaluation keeps.
void push(lua_State* lua, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null: return lua_pushnil(lua);
    case Value::Kind::boolean: return lua_pushboolean(lua, *value.boolean() ? 1 : 0);
    case Value::Kind::integer: return lua_pushinteger(lua, *value.integer());
    case Value::Kind::number:
    case Value::Kind::string:
    case Value::Kind::duration:
    case Value::Kind::size:
    case Value::Kind::percent:
    case Value::Kind::time:
    case Value::Kind::list:
    case Value::Kind::map:
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): Lua never writes through it.
      return lua_pushlightuserdata(lua, const_cast<Value*>(&value));
  }
}

// The values on Lua's stack from `first` on, at most `kMost`. Nil, bools and ints are unpacked.
template <std::size_t kMost>
class Operands {
 public:
  Operands(lua_State* lua, int first)
      : count_(static_cast<std::size_t>(std::max(0, lua_gettop(lua) - first + 1))) {
    ENSURE(count_ <= kMost, "the translation bounds the arguments of a call");
    for (std::size_t i = 0; i < count_; ++i) {
      const int at = first + static_cast<int>(i);
      const int type = lua_type(lua, at);
      pointers_[i] = &unpacked_[i];
      if (type == LUA_TLIGHTUSERDATA)
        pointers_[i] = static_cast<const Value*>(lua_touserdata(lua, at));
      else if (type == LUA_TBOOLEAN)
        unpacked_[i] = lua_toboolean(lua, at) != 0;
      else if (type == LUA_TNUMBER)
        unpacked_[i] = Value(std::int64_t{lua_tointeger(lua, at)});
    }
  }

  const Value& operator[](std::size_t i) const { return *pointers_[i]; }
  std::span<const Value* const> all() const { return {pointers_.data(), count_}; }

 private:
  std::size_t count_;
  std::array<Value, kMost> unpacked_;
  std::array<const Value*, kMost> pointers_;
};

int node_of(lua_State* lua) {
  return static_cast<int>(lua_tointeger(lua, 1));
}

using Body = const Value* (*)(Evaluation&, lua_State*, int node);

// A function of the translation. Lua is told of an error only here, where no object of ours is
// alive in between.
template <Body body>
int bound(lua_State* lua) {
  const Value* value = body(*session_of(lua).evaluation, lua, node_of(lua));
  if (value == nullptr) return lua_error(lua);
  push(lua, *value);
  return 1;
}

template <const Value* (Evaluation::*method)(int)>
const Value* nullary(Evaluation& evaluation, lua_State*, int node) {
  return (evaluation.*method)(node);
}
template <const Value* (Evaluation::*method)(int, const Value&)>
const Value* unary(Evaluation& evaluation, lua_State* lua, int node) {
  const Operands<1> operands(lua, 2);
  return (evaluation.*method)(node, operands[0]);
}
template <const Value* (Evaluation::*method)(int, const Value&, const Value&)>
const Value* binary(Evaluation& evaluation, lua_State* lua, int node) {
  const Operands<2> operands(lua, 2);
  return (evaluation.*method)(node, operands[0], operands[1]);
}
template <const Value* (Evaluation::*method)(int, std::span<const Value* const>)>
const Value* variadic(Evaluation& evaluation, lua_State* lua, int node) {
  constexpr std::size_t kUsual = 3;
  if (lua_gettop(lua) <= static_cast<int>(kUsual) + 1)
    return (evaluation.*method)(node, Operands<kUsual>(lua, 2).all());
  return (evaluation.*method)(node, Operands<kMostArguments + 2>(lua, 2).all());
}
const Value* literal(Evaluation& evaluation, lua_State*, int node) {
  return evaluation.literal(node);
}

// B, O and Y: the operand itself, once it has been checked.
int checked_bool(lua_State* lua) {
  const bool is_good = session_of(lua).evaluation->check_bool(node_of(lua), Operands<1>(lua, 2)[0]);
  return is_good ? 1 : lua_error(lua);
}
template <bool (Evaluation::*check)(int, int, const Value&)>
int checked_operand(lua_State* lua) {
  const auto disjunction = static_cast<int>(lua_tointeger(lua, 2));
  Evaluation& evaluation = *session_of(lua).evaluation;
  const bool is_good = (evaluation.*check)(node_of(lua), disjunction, Operands<1>(lua, 3)[0]);
  return is_good ? 1 : lua_error(lua);
}

// All that the compiled expressions can see.
constexpr std::array kVocabulary = {
    luaL_Reg{"K", bound<literal>},
    luaL_Reg{"N", bound<nullary<&Evaluation::name>>},
    luaL_Reg{"S", bound<nullary<&Evaluation::step>>},
    luaL_Reg{"D", bound<unary<&Evaluation::step_by_key>>},
    luaL_Reg{"M", bound<unary<&Evaluation::member>>},
    luaL_Reg{"I", bound<binary<&Evaluation::element>>},
    luaL_Reg{"F", bound<variadic<&Evaluation::call>>},
    luaL_Reg{"L", bound<variadic<&Evaluation::list>>},
    luaL_Reg{"P", bound<variadic<&Evaluation::map>>},
    luaL_Reg{"E", bound<binary<&Evaluation::comparison>>},
    luaL_Reg{"A", bound<binary<&Evaluation::arithmetic>>},
    luaL_Reg{"G", bound<unary<&Evaluation::negative>>},
    luaL_Reg{"B", checked_bool},
    luaL_Reg{"O", checked_operand<&Evaluation::check_alternative>},
    luaL_Reg{"Y", checked_operand<&Evaluation::check_choice>},
};

void out_of_instructions(lua_State* lua, lua_Debug*) {
  session_of(lua).evaluation->run_out("it takes too many instructions; make it simpler");
  lua_error(lua);
}

struct CloseState {
  void operator()(lua_State* lua) const { lua_close(lua); }
};

class LuaEvaluator final : public Evaluator {
 public:
  explicit LuaEvaluator(Budget budget) : budget_(budget) {}

  ScriptRunner* scripts() override { return scripts_.get(); }

  Result<Value> evaluate(std::string_view expression, const Scope& scope) override {
    ENSURE(session_.evaluation == nullptr, "a scope does not evaluate while it is being asked");
    TRY(const Program* program, program_of(expression));
    Meter meter(budget_.instructions, budget_.memory_bytes);
    Evaluation evaluation(program->syntax, scope, meter);
    session_ = {&evaluation, &meter};
    auto value = run(*program, evaluation);
    session_ = {};
    return value;
  }

 private:
  Result<Value> run(const Program& program, Evaluation& evaluation) {
    lua_State* lua = lua_.get();
    const auto most = std::min<std::int64_t>(budget_.instructions, std::numeric_limits<int>::max());
    lua_sethook(lua, out_of_instructions, LUA_MASKCOUNT, static_cast<int>(most));
    lua_rawgeti(lua, LUA_REGISTRYINDEX, program.chunk);
    const int status = lua_pcall(lua, 0, 1, 0);
    if (status == LUA_ERRMEM) evaluation.run_out("it takes too much memory; make it simpler");
    Result<Value> value = status == LUA_OK
                              ? evaluation.result(Operands<1>(lua, 1)[0], budget_.result_bytes)
                              : Result<Value>(evaluation.error());
    lua_settop(lua, 0);
    return value;
  }

  Result<const Program*> program_of(std::string_view expression) {
    const std::string key(expression.substr(0, kLongestExpression + 1));
    if (const auto found = programs_.find(key); found != programs_.end()) return &found->second;
    Program program{parse(key)};
    const auto& diagnostics = program.syntax.diagnostics;
    if (has_errors(diagnostics))
      return Error(ErrorCode::invalid, "`" + shorten(key) + "`: " + diagnostics.front().message +
                                           "; " + diagnostics.front().fix);
    TRY(start());
    TRY(program.chunk, compile(program.syntax));
    return &programs_.emplace(key, std::move(program)).first->second;
  }

  // Keeps the state from growing without end: with full books, all is begun anew.
  Result<void> start() {
    const bool is_full = programs_.size() >= kMostPrograms || program_bytes_ > kMostProgramBytes;
    if (lua_ != nullptr && !is_full) return success();
    programs_.clear();
    program_bytes_ = 0;
    lua_.reset(lua_newstate(allocate, &session_));
    if (lua_ == nullptr)
      return Error(ErrorCode::exhausted, "there is no memory left to evaluate expressions");
    *static_cast<Session**>(lua_getextraspace(lua_.get())) = &session_;
    lua_createtable(lua_.get(), 0, static_cast<int>(kVocabulary.size()));
    for (const auto& word : kVocabulary) {
      lua_pushcfunction(lua_.get(), word.func);
      lua_setfield(lua_.get(), -2, word.name);
    }
    vocabulary_ = luaL_ref(lua_.get(), LUA_REGISTRYINDEX);
    return success();
  }

  Result<int> compile(const Syntax& syntax) {
    lua_State* lua = lua_.get();
    const std::string text = translate(syntax);
    if (luaL_loadbufferx(lua, text.data(), text.size(), "=expression", "t") != LUA_OK) {
      lua_settop(lua, 0);
      return Error(ErrorCode::exhausted,
                   "`" + shorten(syntax.text) + "`: it is too complex; put parts of it in vars:");
    }
    lua_rawgeti(lua, LUA_REGISTRYINDEX, vocabulary_);
    lua_setupvalue(lua, -2, 1);  // its _ENV
    program_bytes_ += syntax.text.size() + syntax.nodes.size() * sizeof(Node) + text.size();
    return luaL_ref(lua, LUA_REGISTRYINDEX);
  }

  Budget budget_;
  Session session_;
  std::unique_ptr<lua_State, CloseState> lua_;  // started by the first expression
  int vocabulary_ = LUA_NOREF;
  std::unordered_map<std::string, Program> programs_;
  std::size_t program_bytes_ = 0;
  std::unique_ptr<ScriptRunner> scripts_ = make_script_runner();
};

}  // namespace

std::unique_ptr<Evaluator> make_lua_evaluator(Budget budget) {
  return std::make_unique<LuaEvaluator>(budget);
}

}  // namespace rung::scripting
