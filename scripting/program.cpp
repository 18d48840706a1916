#include "scripting/program.h"

#include "base/utf8.h"
#include "scripting/constructors.h"
#include "scripting/lua_space.h"
#include "scripting/script_words.h"
#include "scripting/syntax.h"

#include <lauxlib.h>
#include <lua.h>

#include <algorithm>
#include <cstdlib>
#include <unordered_map>

namespace rung::scripting {
namespace {

constexpr const char* kMark = "__constructed";
constexpr int kDeepest = 40;
constexpr std::size_t kMostNodes = 100'000;
constexpr std::size_t kMostText = 16u << 20;  // bytes, a text counted as often as it stands there

// One run of one program.
class Running {
 public:
  Running(std::string_view text, std::string_view file, const ScriptBudget& budget)
      : text_(text), file_(file), marked_(mark_constructors(text, kMark)), space_(budget) {}

  Program run() {
    if (auto wrong = compile_error(text_)) {
      out_.diagnostics.push_back(std::move(*wrong));
      return std::move(out_);
    }
    if (!prepare() || !call()) return std::move(out_);
    report_twice();
    Built root = build(-1, 0, 1);
    if (root.kind != Built::Kind::map && !has_errors(out_.diagnostics)) {
      error(0, "the program returns no table of keys", "end with  return {rung = \"v1\", ...}");
    }
    if (!has_errors(out_.diagnostics)) out_.root = std::move(root);
    return std::move(out_);
  }

 private:
  lua_State* lua() const { return space_.lua(); }

  void error(std::size_t offset, std::string message, std::string fix) {
    out_.diagnostics.push_back({Severity::error, "", position_of(text_, static_cast<int>(offset)),
                                1, std::move(message), std::move(fix)});
  }

  // What was said with "file:line: " before it.
  void error_of_lua(std::string said, int line) {
    const std::string prefix = std::string(file_) + ":";
    if (said.starts_with(prefix)) {
      line = std::atoi(said.c_str() + prefix.size());
      said = said.substr(std::min(said.size(), said.find(": ", prefix.size()) + 2));
    }
    out_.diagnostics.push_back({Severity::error,
                                "",
                                {line, 1},
                                1,
                                std::move(said),
                                "correct the program; it is run when the runbook is loaded"});
  }

  bool prepare() {
    if (!space_.is_there()) {
      error(0, "there is no memory left to run the program", "try again");
      return false;
    }
    space_.define(kMark, note, this);
    space_.look_up_in({[](std::string_view) { return std::nullopt; },
                       [](std::string_view) { return std::nullopt; }, hint});
    auto compiled = space_.compile(marked_.text, file_, 1);
    if (!compiled) error_of_lua(compiled.error().message(), 1);
    coroutine_ = compiled ? space_.new_thread() : nullptr;
    if (compiled && coroutine_ == nullptr)
      error(0, "there is no memory left to run the program", "make its text smaller");
    if (coroutine_ == nullptr) return false;
    lua_insert(lua(), -2);
    lua_xmove(lua(), coroutine_, 1);
    return true;
  }

  static std::string hint(std::string_view name) {
    if (is_script_root(name))
      return "it is known in a run only; write it in a text:  \"{{ " + std::string(name) +
             ".NAME }}\"";
    if (is_script_call(name)) return "calls stand in a script:  {id = ..., lua = [[ ... ]]}";
    return "";
  }

  // As a coroutine, because that keeps its place when an error ends it.
  bool call() {
    space_.begin_turn();
    int results = 0;
    const int status = lua_resume(coroutine_, lua(), 0, &results);
    if (status == LUA_OK) {
      lua_settop(coroutine_, std::min(results, 1));
      if (results == 0) lua_pushnil(coroutine_);
      lua_xmove(coroutine_, lua(), 1);
      return true;
    }
    const bool is_text = lua_type(coroutine_, -1) == LUA_TSTRING;
    std::string said =
        is_text ? lua_tostring(coroutine_, -1) : "error(...) with something that is no text";
    if (status == LUA_ERRMEM) said = "it takes too much memory";
    if (!space_.spent().empty()) said = space_.spent();
    error_of_lua(std::move(said), std::max(LuaSpace::line_of_end(coroutine_), 1));
    return false;
  }

  // (number, table) -> table
  static int note(lua_State* lua) {
    auto* running = static_cast<Running*>(lua_touserdata(lua, lua_upvalueindex(1)));
    running->made_.insert_or_assign(lua_topointer(lua, 2),
                                    static_cast<std::size_t>(lua_tointeger(lua, 1)));
    lua_settop(lua, 2);
    return 1;
  }

  void report_twice() {
    for (const Constructor& made : marked_.constructors) {
      for (const auto& [key, offset] : made.twice)
        error(offset, "the key `" + key + "` stands twice in one table", "remove one of the two");
    }
  }

  // --- values

  Built build(int index, std::size_t offset, int depth) {
    Built built;
    built.offset = offset;
    const bool is_large = ++nodes_ > kMostNodes || text_bytes_ > kMostText;
    if (is_large || depth > kDeepest || lua_checkstack(lua(), 6) == 0) {
      if (!is_cut_) error(offset, "the runbook is nested too deep or too large", "make it smaller");
      is_cut_ = true;
      return built;
    }
    const int type = lua_type(lua(), index);
    if (type == LUA_TTABLE) return table(lua_absindex(lua(), index), offset, depth);
    if (type == LUA_TLIGHTUSERDATA || type == LUA_TNIL) return built;
    auto value = space_.read(lua(), index, LuaValues::SecretsAre::refused);
    if (!value) {
      refuse_value(type, offset);
      return built;
    }
    built.kind = type == LUA_TSTRING ? Built::Kind::text : Built::Kind::word;
    built.text = to_text(*value);
    text_bytes_ += built.text.size();
    return built;
  }

  void refuse_value(int type, std::size_t offset) {
    if (type == LUA_TFUNCTION) {
      return error(offset, "a function cannot stand in a runbook",
                   "write a script as text:  lua = [[ ... ]]");
    }
    const bool is_secret = type == LUA_TUSERDATA;
    error(offset, space_.problem,
          is_secret ? "write it in a text:  \"{{ secrets.NAME }}\""
                    : "correct what the program computes here");
  }

  const Constructor* constructor_of(int index) const {
    const auto found = made_.find(lua_topointer(lua(), index));
    return found == made_.end() ? nullptr : &marked_.constructors[found->second];
  }

  Built table(int index, std::size_t offset, int depth) {
    Built built;
    const Constructor* made = constructor_of(index);
    built.offset = made == nullptr ? offset : made->offset;
    const auto size = static_cast<lua_Integer>(lua_rawlen(lua(), index));
    built.kind = size > 0 ? Built::Kind::list : Built::Kind::map;
    for (lua_Integer n = 1; n <= size; ++n) {
      const auto at = static_cast<std::size_t>(n) - 1;
      const bool is_known = made != nullptr && at < made->listed.size();
      lua_rawgeti(lua(), index, n);
      built.items.push_back(build(-1, is_known ? made->listed[at] : built.offset, depth + 1));
      lua_pop(lua(), 1);
    }
    add_members(index, made, built, depth);
    return built;
  }

  // Items behind a gap are in no list that Lua counts.
  void note_place(lua_Integer place, const Built& built) {
    const auto size = static_cast<lua_Integer>(built.items.size());
    if (place >= 1 && place <= size) return;
    error(built.offset,
          "the list has something at place " + std::to_string(place) + ", and it ends at " +
              std::to_string(size),
          "a list begins at 1 and has no gaps: add to it by  table.insert(list, value)");
  }

  // A key that was set later stands where its table does.
  static Constructor::Field field_of(const Constructor* made, const std::string& key,
                                     std::size_t otherwise) {
    const Constructor::Field unknown{otherwise, otherwise};
    if (made == nullptr) return unknown;
    const auto found = made->named.find(key);
    return found == made->named.end() ? unknown : found->second;
  }

  void add_members(int index, const Constructor* made, Built& built, int depth) {
    lua_pushnil(lua());
    while (lua_next(lua(), index) != 0) {
      if (lua_type(lua(), -2) == LUA_TSTRING) {
        Built::Member member;
        std::size_t size = 0;
        const char* key = lua_tolstring(lua(), -2, &size);
        member.key.assign(key, size);
        if (!is_utf8(member.key)) error(built.offset, "a key is not UTF-8", "write it as text");
        const Constructor::Field field = field_of(made, member.key, built.offset);
        member.offset = field.key;
        member.value = build(-1, field.value, depth + 1);
        built.members.push_back(std::move(member));
      } else if (lua_isinteger(lua(), -2) == 0) {
        error(built.offset, "a key of a table here is a name, or the table is a list",
              "write  {name = value}  or  {value, value}");
      } else {
        note_place(lua_tointeger(lua(), -2), built);
      }
      lua_pop(lua(), 1);
    }
    if (!built.members.empty() && !built.items.empty()) {
      error(built.offset, "this table is a list and a map at once",
            "write the keys and the list in tables of their own");
    }
    std::sort(built.members.begin(), built.members.end(), [](const auto& a, const auto& b) {
      return a.offset != b.offset ? a.offset < b.offset : a.key < b.key;
    });
  }

  std::string_view text_;
  std::string_view file_;
  Marked marked_;
  LuaSpace space_;
  Program out_;
  std::unordered_map<const void*, std::size_t> made_;  // tables, and by which constructor
  lua_State* coroutine_ = nullptr;
  std::size_t nodes_ = 0;
  std::size_t text_bytes_ = 0;
  bool is_cut_ = false;
};

}  // namespace

Program run_program(std::string_view text, std::string_view file, ScriptBudget budget) {
  return Running(text, file, budget).run();
}

}  // namespace rung::scripting
