#include "scripting/script_words.h"

#include "scripting/function.h"
#include "scripting/script.h"

#include <algorithm>
#include <array>

namespace rung::scripting {
namespace {

constexpr std::array<std::string_view, 7> kRoots{"inputs", "vars",  "steps",  "run",
                                                 "mode",   "sites", "secrets"};
constexpr std::array<std::string_view, 7> kCalls{"step", "action", "sleep", "signal",
                                                 "now",  "random", "fail"};
constexpr std::array<std::string_view, 11> kKept{"assert",   "error",    "ipairs", "math",
                                                 "null",     "pairs",    "select", "table",
                                                 "tostring", "tonumber", "type"};

struct Foreign {
  std::string_view name;
  std::string_view instead;
};
constexpr std::string_view kNoWorld =
    "a script reaches the world by action(\"...\", {...}) alone, so that it can be recorded";
constexpr std::string_view kNoCode = "write the code out; a script makes no code";
constexpr std::string_view kNoMeta = "scripts have no metatables: use plain tables and functions";
constexpr std::array kForeign{
    Foreign{"os", kNoWorld},
    Foreign{"io", kNoWorld},
    Foreign{"package", kNoWorld},
    Foreign{"require", "put what both need into one script; there are no modules"},
    Foreign{"dofile", kNoCode},
    Foreign{"loadfile", kNoCode},
    Foreign{"load", kNoCode},
    Foreign{"loadstring", kNoCode},
    Foreign{"debug", kNoWorld},
    Foreign{"coroutine",
            "a script does one thing after the other; `parallel:` runs steps together"},
    Foreign{"collectgarbage", "remove it: memory is looked after"},
    Foreign{"print", "remove it; return what is worth knowing as an output"},
    Foreign{"pcall", "a call that may fail takes {tolerate = \"why\"} and then gives nil, error"},
    Foreign{"xpcall", "a call that may fail takes {tolerate = \"why\"} and then gives nil, error"},
    Foreign{"setmetatable", kNoMeta},
    Foreign{"getmetatable", kNoMeta},
    Foreign{"rawget", kNoMeta},
    Foreign{"rawset", kNoMeta},
    Foreign{"rawequal", kNoMeta},
    Foreign{"rawlen", kNoMeta},
    Foreign{"next", "write  for key, value in pairs(t) do,  or  len(t) == 0"},
    Foreign{"utf8", "texts are bytes here: sub(text, from, to), split(text, separator)"},
    Foreign{"_G", "name what you mean"},
    Foreign{"_ENV", "name what you mean"},
    Foreign{"alert", "this rung (0.1) does not have it yet: use an input"},
};

template <class Words>
bool contains(const Words& words, std::string_view name) {
  return std::find(words.begin(), words.end(), name) != words.end();
}

}  // namespace

bool is_script_root(std::string_view name) {
  return contains(kRoots, name);
}

bool is_script_call(std::string_view name) {
  return contains(kCalls, name);
}

bool is_script_builtin(std::string_view name) {
  return is_script_call(name) || contains(kKept, name) || find_function(name) != nullptr;
}

std::span<const std::string_view> kept_lua_names() {
  return kKept;
}

std::vector<std::string_view> script_names() {
  std::vector<std::string_view> names(kCalls.begin(), kCalls.end());
  names.insert(names.end(), kKept.begin(), kKept.end());
  for (const Function& function : functions()) names.push_back(function.name);
  return names;
}

std::string what_instead(std::string_view name) {
  for (const Foreign& foreign : kForeign) {
    if (foreign.name == name) return std::string(foreign.instead);
  }
  return "";
}

}  // namespace rung::scripting
