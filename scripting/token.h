#pragma once

#include "base/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace rung::scripting {

// One word of an expression. A literal carries its value; an `invalid` one says what is wrong with
// it and what to write instead.
struct Token {
  enum class Kind : unsigned char { name, literal, symbol, end, invalid };

  Kind kind = Kind::end;
  int begin = 0;          // in the expression's text, bytes
  std::string_view text;  // a piece of the expression's text: the caller keeps it
  Value value;            // of a literal
  std::string message;    // of an invalid one, with its fix
  std::string fix;

  int end() const { return begin + static_cast<int>(text.size()); }
  bool is(std::string_view word) const {
    return (kind == Kind::name || kind == Kind::symbol) && text == word;
  }
};

// The words of `text` in order; the last is `end`. After an invalid token follows `end`: what
// stands behind it cannot be read with confidence.
//
// `20%` is a percentage where no operand follows; `a % b` and `20 % 3` are the remainder.
std::vector<Token> tokenize(std::string_view text);

}  // namespace rung::scripting
