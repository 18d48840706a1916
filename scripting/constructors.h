#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rung::scripting {

// A table that is written out in a Lua text: `{a = 1, "b"}`.
struct Constructor {
  std::size_t offset = 0;  // of its brace
  struct Field {
    std::size_t key = 0;  // offsets
    std::size_t value = 0;
  };
  std::map<std::string, Field, std::less<>> named;
  std::vector<std::size_t> listed;                         // offsets of values
  std::vector<std::pair<std::string, std::size_t>> twice;  // keys that stand there again, and where
};

// The text with each constructor handed to a function as it is made, together with its number:
// `{...}` becomes `NAME(7, {...})`, on the same line. So a table can tell where it was written.
struct Marked {
  std::string text;
  std::vector<Constructor> constructors;
};
Marked mark_constructors(std::string_view text, std::string_view name);

}  // namespace rung::scripting
