#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rung {

// A place in a text that a person wrote. Lines and columns count from 1 (columns in bytes);
// 0 means that the place is unknown.
struct Position {
  int line = 0;
  int column = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

enum class Severity : unsigned char { error, warning };

// One thing that is wrong with a runbook or a project file. `fix` is the line as it should be, or
// what to do: it is never empty for an error that a person can meet.
struct Diagnostic {
  Severity severity = Severity::error;
  std::string file;
  Position at;
  int length = 1;  // how much to underline
  std::string message;
  std::string fix;
};

using Diagnostics = std::vector<Diagnostic>;

bool has_errors(const Diagnostics& diagnostics);

// Sorted by file and place, with the source line and a caret, as docs/cli.md shows. `text_of`
// gives a file's text; the empty text where it has none.
using TextOf = std::function<std::string_view(const std::string& file)>;
std::string render(Diagnostics diagnostics, const TextOf& text_of);

// "did you mean": the candidate nearest to `word`, or "" where none is near enough to be meant.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace rung
