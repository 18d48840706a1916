#pragma once

#include "base/diagnostic.h"
#include "scripting/function.h"

#include <string>
#include <string_view>
#include <vector>

namespace rung::scripting {

// One part of a parsed expression. Children are places in `Syntax::nodes`. What another language
// would have written (&&, x in y, #x, c ? a : b) stands here in its right form, with a diagnostic.
struct Node {
  enum class Kind : unsigned char {
    literal,      // value
    name,         // inputs, mode, ...
    steps,        // the name `steps`, which is looked up step by step
    member,       // [of].name
    index,        // [of, key]
    call,         // function, [arguments...]
    list,         // [elements...]
    map,          // [key, value, key, value, ...]
    group,        // ([inside])
    negative,     // -[operand]
    negation,     // not [operand]
    conjunction,  // [operands...] joined by `and`, two or more
    disjunction,  // [operands...] joined by `or`, two or more
    comparison,   // [left, right], name is the operator
    arithmetic,   // [left, right], name is the operator, `..` too
  };

  Kind kind = Kind::literal;
  int begin = 0;  // in the text, bytes; `end` is behind the last
  int end = 0;
  int depth = 1;  // of the tree below it
  int width = 1;  // how many values are held at once to compute it: Lua has 255 places for them
  std::vector<int> children = {};
  std::string name = {};
  Value value = {};
  const Function* function = nullptr;
};

// A parsed expression: its tree, or what is wrong with it.
struct Syntax {
  std::string text;
  std::vector<Node> nodes;
  int root = -1;  // -1 only with diagnostics
  Diagnostics diagnostics;

  const Node& at(int node) const { return nodes[static_cast<std::size_t>(node)]; }
  std::string_view text_of(int node) const {
    return std::string_view(text).substr(static_cast<std::size_t>(at(node).begin),
                                         static_cast<std::size_t>(at(node).end - at(node).begin));
  }
};

inline constexpr std::size_t kLongestExpression = 16 << 10;  // bytes
inline constexpr int kDeepestExpression = 40;                // Lua's compiler gives up at 200 / 4
inline constexpr int kWidestExpression = 200;
inline constexpr std::size_t kMostArguments = 64;  // of a call, list or map

// Reads `text` as one expression. Every diagnostic has a fix; where the whole could be read, the
// fix of a refused operator is the whole expression as it should be.
Syntax parse(std::string_view text);

// The expression written anew, with what was refused in its right form.
std::string rewrite(const Syntax& syntax);

// A piece of the expression's text for a message: one line, shortened.
std::string shorten(std::string_view text);

// Where `offset` lies in `text`, counted from 1.
Position position_of(std::string_view text, int offset);

}  // namespace rung::scripting
