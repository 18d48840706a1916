#include "scripting/live_script.h"

#include "base/json.h"
#include "base/utf8.h"

#include <lauxlib.h>
#include <lua.h>

#include <algorithm>
#include <array>

namespace rung::scripting {
namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::size_t kMostFrames = 16;
constexpr std::size_t kLargestValue = 1u << 20;

struct KindName {
  ScriptCallKind kind;
  std::string_view name;
};
constexpr std::array kKinds{
    KindName{ScriptCallKind::step, "step"},   KindName{ScriptCallKind::action, "action"},
    KindName{ScriptCallKind::sleep, "sleep"}, KindName{ScriptCallKind::signal, "signal"},
    KindName{ScriptCallKind::now, "now"},     KindName{ScriptCallKind::random, "random"}};

std::string shown(const Value& value) {
  constexpr std::size_t kMost = 160;
  std::string text = to_plain_json(value);
  if (text.size() > kMost) text = text.substr(0, kMost) + "...";
  return text;
}

// As it is recorded: a journal holds no bytes that are no text.
std::string readable(std::string_view said) {
  std::string text;
  while (!said.empty()) {
    const Utf8Character next = first_character(said);
    text += next.is_valid ? said.substr(0, next.length) : kReplacementCharacter;
    said.remove_prefix(next.length);
  }
  return text;
}

std::string called(ScriptCallKind kind, const std::string& name) {
  return std::string(name_of(kind)) + (name.empty() ? "" : " \"" + name + "\"");
}

}  // namespace

std::string_view name_of(ScriptCallKind kind) {
  for (const auto& [known, name] : kKinds) {
    if (known == kind) return name;
  }
  return "";
}

std::optional<ScriptCallKind> parse_script_call_kind(std::string_view name) {
  for (const auto& [kind, known] : kKinds) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

// The functions that a script calls. Like all that Lua calls they keep no object alive when they
// push, wait or raise.
struct ScriptEntries {
  using Then = LiveScript::Then;
  static LiveScript& of(lua_State* lua) {
    return *static_cast<LiveScript*>(lua_touserdata(lua, lua_upvalueindex(1)));
  }

  // What a call gives: its value, or nil and the error.
  static int push(lua_State* lua, LiveScript& script) {
    LuaSpace& space = script.space_;
    if (const Value* error = space.answer.member("error"); error != nullptr) {
      lua_pushnil(lua);
      space.push(lua, *error);
      return 2;
    }
    const Value* value = space.answer.member("value");
    space.push(lua, *value);
    return 1;
  }

  static constexpr lua_KContext kAtCall = 0;
  static constexpr lua_KContext kAtLeaving = 1;
  static int after_wait(lua_State* lua, int, lua_KContext where) {
    LiveScript& script = of(lua);
    const Then then = where == kAtLeaving ? script.leave(lua) : script.met_again();
    return act(lua, script, then, where);
  }

  static int act(lua_State* lua, LiveScript& script, Then then, lua_KContext where) {
    switch (then) {
      case Then::give: return push(lua, script);
      case Then::wait: return lua_yieldk(lua, 0, where, after_wait);
      case Then::call:
        lua_settop(lua, 2);
        lua_callk(lua, 0, 1, 0, after_function);
        return after_function(lua, LUA_OK, 0);
      case Then::raise: break;
    }
    LuaSpace::raise(lua);
  }

  // The function of a step() returned; its value is on top.
  static int after_function(lua_State* lua, int, lua_KContext) {
    LiveScript& script = of(lua);
    return act(lua, script, script.leave(lua), kAtLeaving);
  }

  using Reader = std::optional<ScriptCall> (LiveScript::*)(lua_State*);
  template <Reader reader>
  static int call(lua_State* lua) {
    LiveScript& script = of(lua);
    return act(lua, script, begin(lua, script, reader), kAtCall);
  }
  static Then begin(lua_State* lua, LiveScript& script, Reader reader) {
    auto call = (script.*reader)(lua);
    return call ? script.meet(std::move(*call)) : Then::raise;
  }

  template <ScriptCallKind kind>
  static int choose(lua_State* lua) {
    LiveScript& script = of(lua);
    return act(lua, script, begin_choice(lua, script, kind), kAtCall);
  }
  static Then begin_choice(lua_State* lua, LiveScript& script, ScriptCallKind kind) {
    auto call = script.read_choice(lua, kind);
    return call ? script.meet(std::move(*call)) : Then::raise;
  }

  static int fail(lua_State* lua) {
    LiveScript& script = of(lua);
    if (lua_type(lua, 1) != LUA_TSTRING) {
      script.space_.problem = "fail: says why, as a text";
      LuaSpace::raise(lua);
    }
    script.is_failed_by_author_ = true;
    lua_settop(lua, 1);
    return lua_error(lua);
  }

  static void define(LuaSpace& space, LiveScript* script) {
    constexpr std::array kFunctions{luaL_Reg{"step", call<&LiveScript::read_step>},
                                    luaL_Reg{"action", call<&LiveScript::read_action>},
                                    luaL_Reg{"sleep", call<&LiveScript::read_sleep>},
                                    luaL_Reg{"signal", call<&LiveScript::read_signal>},
                                    luaL_Reg{"now", choose<ScriptCallKind::now>},
                                    luaL_Reg{"random", choose<ScriptCallKind::random>},
                                    luaL_Reg{"fail", fail}};
    for (const auto& function : kFunctions) space.define(function.name, function.func, script);
  }
};

LiveScript::LiveScript(const Script& script, const ScriptBudget& budget)
    : file_(script.file), budget_(budget), space_(budget), frames_{Frame{0}} {
  if (!space_.is_there()) {
    broken_ = "there is no memory left to run the script";
    return;
  }
  ScriptEntries::define(space_, this);
  coroutine_ = space_.new_thread();
  if (coroutine_ == nullptr) {
    broken_ = "there is no memory left to run the script";
    return;
  }
  if (auto done = space_.compile(script.text, script.file, script.line); !done) {
    broken_ = done.error().message();
    return;
  }
  lua_xmove(space_.lua(), coroutine_, 1);
}

ScriptTurn LiveScript::go_on(const Scope& scope, const ScriptHistory& history) {
  if (!broken_.empty()) return ScriptFailed{ScriptFault::mistake, broken_};
  history_ = &history;
  look_up_in(scope);
  turn_.reset();
  space_.begin_turn();
  int results = 0;
  const int status = lua_resume(coroutine_, space_.lua(), 0, &results);
  ScriptTurn turn = turn_after(status);
  history_ = nullptr;
  return turn;
}

void LiveScript::look_up_in(const Scope& scope) {
  space_.look_up_in({[&scope](std::string_view name) { return scope.name(name); },
                     [&scope](std::string_view id) { return scope.step(id); }});
}

ScriptTurn LiveScript::turn_after(int status) {
  if (status == LUA_YIELD) return std::move(*turn_);
  if (status == LUA_OK) return returned(coroutine_);
  const std::string where = at(LuaSpace::line_of_end(coroutine_)) + ": ";
  if (!space_.spent().empty()) return over_budget(where + std::string(space_.spent()));
  if (status == LUA_ERRMEM) return over_budget(where + "it takes too much memory");
  if (lua_type(coroutine_, -1) != LUA_TSTRING)
    return fault(where + "error(...) with something that is no text");
  return fault(readable(lua_tostring(coroutine_, -1)));
}

ScriptFailed LiveScript::over_budget(std::string what) const {
  const std::string limits = std::to_string(budget_.instructions) + " instructions, " +
                             std::to_string(budget_.memory_bytes >> 20) + " MiB of memory and " +
                             std::to_string(budget_.allocated_bytes >> 20) + " MiB of copying";
  return {ScriptFault::budget, std::move(what) + "; from its beginning to its end a script has " +
                                   limits + ": say the outer loop by `for_each`"};
}

ScriptFailed LiveScript::fault(std::string message) const {
  constexpr std::size_t kLongest = 2000;
  if (message.size() > kLongest) message = message.substr(0, kLongest) + "...";
  const auto kind = is_failed_by_author_ ? ScriptFault::by_author : ScriptFault::mistake;
  return {kind, std::move(message)};
}

ScriptTurn LiveScript::returned(lua_State* lua) {
  if (cursor_ < history_->size()) {
    const ScriptMemory next = history_->call(cursor_);
    return ScriptStrayed{"the script ends here, and its record goes on with " +
                         called(next.kind, next.name)};
  }
  if (lua_gettop(lua) == 0 || lua_isnil(lua, 1)) return ScriptReturned{};
  auto outputs = space_.read(lua, 1, LuaValues::SecretsAre::refused);
  if (!outputs) return fault(file_ + ": what it returns: " + space_.problem);
  if (outputs->map() == nullptr)
    return fault(file_ + ": it returns its outputs by name: return {name = value}");
  if (footprint(*outputs) > kLargestValue)
    return ScriptFailed{ScriptFault::budget, file_ + ": what it returns is larger than 1 MiB"};
  return ScriptReturned{std::move(*outputs->map())};
}

std::string LiveScript::at(int line) const {
  return file_ + ":" + std::to_string(line);
}

// --- a call and its record

LiveScript::Then LiveScript::meet(ScriptCall call) {
  asked_ += footprint(Value(call.arguments));
  if (cursor_ == history_->size()) {
    if (cursor_ >= budget_.calls) {
      refuse("the script makes more than " + std::to_string(budget_.calls) +
             " calls; do the rest in a step of its own, or in a for_each");
      return Then::raise;
    }
    if (asked_ > budget_.asked_bytes) {
      refuse("what its calls were given is larger than " +
             std::to_string(budget_.asked_bytes >> 20) +
             " MiB in all, and each is recorded; keep it in a file, or do the rest in a for_each");
      return Then::raise;
    }
    turn_ = std::move(call);
    return Then::wait;
  }
  space_.begin_turn();  // as it did when this was asked for the first time
  const ScriptMemory memory = history_->call(cursor_);
  const bool is_same = memory.kind == call.kind && memory.name == call.name;
  if (is_same && memory.arguments == call.arguments) return met_again();
  std::string what = at(call.line) + ": run again, the script does something else than its record" +
                     " says. Its record has call " + std::to_string(cursor_ + 1) + " as " +
                     called(memory.kind, memory.name);
  if (is_same) what += " with " + shown(Value(memory.arguments));
  what += "; here it makes " + called(call.kind, call.name);
  if (is_same) what += " with " + shown(Value(call.arguments));
  turn_ = ScriptStrayed{std::move(what)};
  return Then::wait;
}

// The record of the call that the script stands at.
LiveScript::Then LiveScript::met_again() {
  const ScriptMemory memory = history_->call(cursor_);
  // Gone through also where it ended long ago: what its function changes around it is as it was.
  if (memory.kind == ScriptCallKind::step) {
    frames_.push_back({cursor_});
    cursor_ += 1;
    return Then::call;
  }
  if (!memory.is_answered) {
    refuse("this call has no answer yet");
    return Then::raise;
  }
  cursor_ = memory.next;
  return give_answer(memory);
}

LiveScript::Then LiveScript::give_answer(const ScriptMemory& memory) {
  Value value = memory.value;
  const double* unit = value.number();
  if (memory.kind == ScriptCallKind::random && range_ && unit != nullptr) {
    const auto [low, high] = *range_;
    const auto width = static_cast<double>(high - low + 1);
    value = low + std::min(high - low, static_cast<std::int64_t>(*unit * width));
  }
  space_.answer = Value::Map{{"value", std::move(value)}};
  if (!memory.error.is_null()) space_.answer.map()->emplace("error", memory.error);
  return Then::give;
}

LiveScript::Then LiveScript::leave(lua_State* lua) {
  const ScriptMemory memory = history_->call(frames_.back().record);
  const std::size_t end = memory.is_answered ? memory.next : history_->size();
  if (cursor_ != end) {
    const ScriptMemory next = history_->call(cursor_);
    turn_ =
        ScriptStrayed{"the function of step \"" + memory.name +
                      "\" ends here, and its record goes on with " + called(next.kind, next.name)};
    return Then::wait;
  }
  auto value = space_.read(lua, -1, LuaValues::SecretsAre::refused);
  if (value && footprint(*value) > kLargestValue) {
    value.reset();
    refuse("its value is larger than 1 MiB");
  }
  if (!value) {
    refuse("step(\"" + memory.name + "\"): " + space_.problem);
    return Then::raise;
  }
  if (!memory.is_answered) {
    turn_ = ScriptLeft{std::move(*value)};
    return Then::wait;
  }
  if (!(*value == memory.value)) {
    turn_ = ScriptStrayed{"run again, step \"" + memory.name + "\" gives " + shown(*value) +
                          ", and its record says " + shown(memory.value)};
    return Then::wait;
  }
  frames_.pop_back();
  return give_answer(memory);
}

// --- what a call says

std::optional<ScriptCall> LiveScript::call_of(lua_State* lua, ScriptCallKind kind) {
  return ScriptCall{kind, "", {}, LuaSpace::line_of_caller(lua)};
}

// Names tell calls apart, within the step() around them. A name that the author gives is given
// once.
bool LiveScript::name(ScriptCall& call, std::string given, const std::string& usual) {
  auto& names = frames_.back().names;
  if (given.empty()) {
    const int times = ++names[usual];
    call.name = times == 1 ? usual : usual + "-" + std::to_string(times);
    return true;
  }
  if (given.size() > kLongestName) {
    refuse("the name of a call has at most " + std::to_string(kLongestName) + " bytes");
    return false;
  }
  if (++names[given] > 1) {
    refuse("two calls have the name \"" + given + "\" here; give each its own, such as  {id = \"" +
           given + "-\" .. n}");
    return false;
  }
  call.name = std::move(given);
  return true;
}

std::optional<Value::Map> LiveScript::read_options(lua_State* lua, int index, std::string_view of) {
  if (lua_isnoneornil(lua, index)) return Value::Map{};
  auto options = space_.read(lua, index, LuaValues::SecretsAre::references);
  if (options && options->map() != nullptr) return std::move(*options->map());
  refuse(std::string(of) + ": its options are a table such as {timeout = \"30s\"}" +
         (options ? "" : ": " + space_.problem));
  return std::nullopt;
}

// The member `id` of the options, which names the call.
std::string take_id(Value::Map& options) {
  const auto found = options.find("id");
  if (found == options.end()) return "";
  std::string id = to_text(found->second);
  options.erase(found);
  return id;
}

// What it is recorded under has to be read again as it was written.
std::optional<std::string> LiveScript::first_text(lua_State* lua) {
  std::size_t size = 0;
  const char* bytes = lua_tolstring(lua, 1, &size);
  if (is_utf8({bytes, size})) return std::string(bytes, size);
  refuse("a name is not UTF-8; write  base64(text)");
  return std::nullopt;
}

std::optional<ScriptCall> LiveScript::read_step(lua_State* lua) {
  auto call = call_of(lua, ScriptCallKind::step);
  if (lua_type(lua, 1) != LUA_TSTRING || lua_type(lua, 2) != LUA_TFUNCTION || lua_gettop(lua) > 2) {
    refuse("write  step(\"name\", function() ... end)");
    return std::nullopt;
  }
  if (frames_.size() > kMostFrames) {
    refuse("steps lie in one another more than " + std::to_string(kMostFrames) + " deep");
    return std::nullopt;
  }
  const auto given = first_text(lua);
  if (!given) return std::nullopt;
  if (given->empty()) {
    refuse("a step needs a name");
    return std::nullopt;
  }
  if (!name(*call, *given, "")) return std::nullopt;
  return call;
}

std::optional<ScriptCall> LiveScript::read_action(lua_State* lua) {
  auto call = call_of(lua, ScriptCallKind::action);
  if (lua_type(lua, 1) != LUA_TSTRING || lua_gettop(lua) > 3) {
    refuse("write  action(\"http.get\", {url = ...}, {timeout = \"10s\"})");
    return std::nullopt;
  }
  const auto named = first_text(lua);
  if (!named) return std::nullopt;
  const std::string& uses = *named;
  auto with = space_.read(lua, 2, LuaValues::SecretsAre::references);
  if (!with) {
    refuse("action(\"" + uses + "\"): " + space_.problem);
    return std::nullopt;
  }
  if (with->is_null()) with = Value(Value::Map{});
  if (with->map() == nullptr) {
    refuse("action(\"" + uses + "\"): its inputs are a table such as {url = ...}");
    return std::nullopt;
  }
  auto options = read_options(lua, 3, "action(\"" + uses + "\")");
  if (!options) return std::nullopt;
  if (footprint(*with) + footprint(Value(*options)) > kLargestValue) {
    refuse("action(\"" + uses + "\"): its inputs are larger than 1 MiB");
    return std::nullopt;
  }
  if (!name(*call, take_id(*options), uses)) return std::nullopt;
  call->arguments = {{"uses", Value(uses)}};
  if (!with->map()->empty()) call->arguments.emplace("with", std::move(*with));
  if (!options->empty()) call->arguments.emplace("options", Value(std::move(*options)));
  return call;
}

std::optional<ScriptCall> LiveScript::read_sleep(lua_State* lua) {
  auto call = call_of(lua, ScriptCallKind::sleep);
  auto given = space_.read(lua, 1, LuaValues::SecretsAre::refused);
  Value duration = given.value_or(Value());
  if (const auto* text = duration.string()) {
    auto parsed = parse_duration(*text);
    duration = parsed ? Value(parsed.value()) : Value();
  }
  const auto* long_enough = duration.get_if<Duration>();
  if (long_enough == nullptr || *long_enough < Duration::zero()) {
    refuse("write  sleep(\"30s\")");
    return std::nullopt;
  }
  auto options = read_options(lua, 2, "sleep");
  if (!options || !name(*call, take_id(*options), "sleep")) return std::nullopt;
  if (!options->empty()) {
    refuse("sleep has no option but `id`");
    return std::nullopt;
  }
  call->arguments = {{"duration", std::move(duration)}};
  return call;
}

std::optional<ScriptCall> LiveScript::read_signal(lua_State* lua) {
  auto call = call_of(lua, ScriptCallKind::signal);
  if (lua_type(lua, 1) != LUA_TSTRING || lua_gettop(lua) > 2) {
    refuse("write  signal(\"name\", {timeout = \"1h\"})");
    return std::nullopt;
  }
  const auto named = first_text(lua);
  if (!named) return std::nullopt;
  const std::string& signal = *named;
  auto options = read_options(lua, 2, "signal");
  if (!options || !name(*call, take_id(*options), signal)) return std::nullopt;
  call->arguments = {{"signal", Value(signal)}};
  if (!options->empty()) call->arguments.emplace("options", Value(std::move(*options)));
  return call;
}

// random(): from 0 to below 1. random(6): a whole number from 1 to 6; random(10, 20).
std::optional<ScriptCall> LiveScript::read_choice(lua_State* lua, ScriptCallKind kind) {
  auto call = call_of(lua, kind);
  range_.reset();
  const int count = lua_gettop(lua);
  if (count == 0) return call;
  const bool are_whole = kind == ScriptCallKind::random && count <= 2 &&
                         lua_isinteger(lua, 1) != 0 && lua_isinteger(lua, count) != 0;
  const std::int64_t low = are_whole && count == 2 ? lua_tointeger(lua, 1) : 1;
  const std::int64_t high = are_whole ? lua_tointeger(lua, count) : 0;
  constexpr std::int64_t kWidest = std::int64_t{1} << 53;
  if (!are_whole || low > high || low < -kWidest || high > kWidest) {
    refuse(kind == ScriptCallKind::now ? "now() takes nothing"
                                       : "write  random(),  random(6)  or  random(10, 20)");
    return std::nullopt;
  }
  range_ = {low, high};
  return call;
}

}  // namespace rung::scripting
