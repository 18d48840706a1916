#pragma once

#include "scripting/token.h"

#include <string_view>

namespace rung::scripting {

// The word of the language that `token` means: `and` for &&, `==` for =, `true` for True. The
// token's own text where it already is one, or means nothing else.
std::string_view meaning_of(const Token& token);

bool is_comparison(std::string_view word);
bool is_ordering(std::string_view word);

// return, function, if, local, ...: Lua's words that begin or shape a statement.
bool is_statement_word(std::string_view word);
// What stands before a dot in Lua's own function names: string, math, ... and os, io, ...
bool is_pure_library(std::string_view word);
bool is_forbidden_library(std::string_view word);

// What to say about a function that does not exist: the name of the one that was meant, else what
// to do, else nothing.
std::string_view function_meant_by(std::string_view name);

}  // namespace rung::scripting
