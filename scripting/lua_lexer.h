#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rung::scripting {

// One word of a Lua text. `text` is as it was written and refers to the source.
struct LuaToken {
  enum class Kind : unsigned char { name, keyword, number, text, symbol };

  Kind kind = Kind::symbol;
  std::string_view text;
  std::size_t offset = 0;

  bool is(std::string_view what) const { return kind != Kind::text && text == what; }
};

// Lua's own tokens, without comments: for looking at a script before any run. Where the text is no
// Lua the list ends early; what is wrong with it the compiler says.
std::vector<LuaToken> lua_tokens(std::string_view source);

// What a token of kind `text` stands for, with its escapes resolved.
std::string content_of(const LuaToken& token);

}  // namespace rung::scripting
