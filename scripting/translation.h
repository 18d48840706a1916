#pragma once

#include "scripting/syntax.h"

#include <string>

namespace rung::scripting {

// The expression as one Lua chunk, `return ...`. It holds only calls of the functions below, Lua's
// own and / or / not, ints and parentheses: no text of the author gets into it, so there is nothing
// to escape from. `n` is a place in `syntax.nodes`, with which the function finds literals and
// names, and says what it is talking about when it fails.
//
//   K(n)            the literal            B(n, x)      x, which must be a bool
//   N(n)            the name               O(n, d, x)   x as an operand of the `or` at place d
//   S(n)            steps.id               Y(n, d, x)   x in `c and x or ...`, likewise
//   D(n, key)       steps[key]             E(n, a, b)   the comparison
//   M(n, x)         x.name                 A(n, a, b)   the arithmetic
//   I(n, x, key)    x[key]                 G(n, x)      -x
//   F(n, ...)       the function's value   L(n, ...), P(n, k, v, ...)   a list, a map
//
// Requires: syntax without diagnostics.
std::string translate(const Syntax& syntax);

}  // namespace rung::scripting
