#pragma once

#include "base/diagnostic.h"
#include "scripting/script.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rung::scripting {

// A value that a Lua program built, with the place in its text where that was written, as far as a
// table's constructor tells.
struct Built {
  enum class Kind : unsigned char { null, word, text, list, map };

  Kind kind = Kind::null;  // word: a number, true, 30s, ...: what YAML writes without quotes
  std::string text;        // of a word or text
  std::size_t offset = 0;  // where it begins in the program; of a text its quote
  std::vector<Built> items;
  struct Member;
  std::vector<Member> members;  // of a map, in the author's order
};
struct Built::Member {
  std::string key;
  std::size_t offset = 0;
  Built value;
};

struct Program {
  std::optional<Built> root;  // with errors among the diagnostics there is none
  Diagnostics diagnostics;    // lines and columns of the program
};

// Runs a Lua text that returns one table, and gives the table. Deterministic and bounded: the
// sandbox and the budget of durable scripts, and nothing of a run, which there is none of.
Program run_program(std::string_view text, std::string_view file, ScriptBudget budget = {});

}  // namespace rung::scripting
