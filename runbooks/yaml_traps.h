#pragma once

#include "runbooks/yaml_tree.h"

#include <optional>
#include <string>
#include <string_view>

namespace rung::runbooks {

// What YAML does to people who did not ask for it, each with the line as it should be written.

// Ends the fix of every mistake after which the rest of the file was not read.
constexpr std::string_view kFixFirst = " (fix this first: what follows could not be read)";

// What no YAML parser should see: too large, NUL bytes, another encoding, tabs as indentation.
std::optional<Diagnostic> check_bytes(const Source& source);

// `url: {{ inputs.url }}`: YAML takes the braces for a map. `begin` is the offset of the first.
Diagnostic explain_bare_braces(const Source& source, std::size_t begin);

// Why the parser stopped at `at`, with its own words where we know no better.
Diagnostic explain_syntax_error(const Source& source, Position at, std::string_view said);

// Whether a quoted scalar ends before the file does.
bool has_closing_quote(const Source& source, const Node& scalar);

// `text` as a YAML scalar that means it: plain where that is safe, else in quotes.
std::string quoted(std::string_view text);

}  // namespace rung::runbooks
