#include "base/diagnostic.h"

#include "base/display_width.h"
#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <tuple>

namespace rung {
namespace {

constexpr std::size_t kWidestSource = 100;  // columns of a source line that are shown
constexpr std::size_t kTabStop = 4;
constexpr std::string_view kCut = "...";

// Characters that would move the cursor or turn the direction of the text: a screen must show what
// the file says.
bool is_unprintable(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x2028 || c == 0x2029;
}

std::string escaped(const Utf8Character& character, char first_byte) {
  std::array<char, 16> text{};
  if (!character.is_valid || character.length == 1) {
    std::snprintf(text.data(), text.size(), "\\x%02x", static_cast<unsigned char>(first_byte));
  } else {
    std::snprintf(text.data(), text.size(), "\\u%04x", static_cast<unsigned>(character.code_point));
  }
  return text.data();
}

std::string without_controls(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Utf8Character character = first_character(text);
    if (!character.is_valid || is_unprintable(character.code_point)) {
      out += escaped(character, text.front());
    } else {
      out += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
  return out;
}

// One column on the screen and what stands there: nothing, where the character before is a wide
// one.
struct Cell {
  std::string shown;
  std::size_t byte = 0;  // where its character begins in the line
};

// As many cells as it takes columns; a mark without a width goes on the character before it.
void add_printable(std::vector<Cell>& cells, std::string_view character, char32_t code_point,
                   std::size_t at) {
  const std::size_t width = display_width(code_point);
  if (width == 0 && !cells.empty()) {
    // Behind the column in which its character is shown.
    const auto shown = std::find_if(cells.rbegin(), cells.rend(),
                                    [](const Cell& cell) { return !cell.shown.empty(); });
    shown->shown += character;
    return;
  }
  cells.push_back({std::string(character), at});
  if (width == 2) cells.push_back({"", at});
}

// The line as it is shown, a cell for each column.
std::vector<Cell> cells_of(std::string_view line) {
  std::vector<Cell> cells;
  std::size_t at = 0;
  while (at < line.size()) {
    const Utf8Character character = first_character(line.substr(at));
    if (line[at] == '\t') {
      do {
        cells.push_back({" ", at});
      } while (cells.size() % kTabStop != 0);
    } else if (!character.is_valid || is_unprintable(character.code_point)) {
      for (const char c : escaped(character, line[at])) cells.push_back({std::string(1, c), at});
    } else {
      add_printable(cells, line.substr(at, character.length), character.code_point, at);
    }
    at += character.length;
  }
  return cells;
}

bool begins_before(const Cell& cell, std::size_t byte) {
  return cell.byte < byte;
}

// The cell of the character to which `byte` belongs; behind the last one for what lies beyond.
std::size_t cell_at(const std::vector<Cell>& cells, std::size_t byte, std::size_t line_size) {
  if (byte >= line_size || cells.empty()) return cells.size();
  const auto after =
      std::upper_bound(cells.begin(), cells.end(), byte,
                       [](std::size_t b, const Cell& cell) { return b < cell.byte; });
  const std::size_t begin = std::prev(after)->byte;
  const auto first = std::lower_bound(cells.begin(), cells.end(), begin, begins_before);
  return static_cast<std::size_t>(first - cells.begin());
}

struct Excerpt {
  std::string text;
  std::size_t caret = 0;   // columns in front of the first ^
  std::size_t carets = 1;  // at least one
};

// The part of a line around what is underlined, cut where the line is too long for a screen.
Excerpt excerpt_of(std::string_view line, const Diagnostic& diagnostic) {
  const std::vector<Cell> cells = cells_of(line);
  const auto from_byte = static_cast<std::size_t>(diagnostic.at.column - 1);
  const auto length = static_cast<std::size_t>(std::max(1, diagnostic.length));
  const std::size_t caret = cell_at(cells, from_byte, line.size());
  // A character that is touched counts whole.
  const auto after =
      std::lower_bound(cells.begin(), cells.end(), from_byte + length, begins_before);
  const auto caret_end = static_cast<std::size_t>(after - cells.begin());
  std::size_t begin = 0;
  if (cells.size() > kWidestSource && caret > kWidestSource / 2)
    begin = std::min(caret - kWidestSource / 2, cells.size() - kWidestSource);
  const std::size_t end = std::min(cells.size(), begin + kWidestSource);
  Excerpt excerpt;
  if (begin > 0) excerpt.text = kCut;
  excerpt.caret = excerpt.text.size() + caret - begin;
  const bool is_halved = begin < end && cells[begin].shown.empty();
  if (is_halved) excerpt.text += ' ';
  for (std::size_t i = begin; i < end; ++i) excerpt.text += cells[i].shown;
  if (end < cells.size()) excerpt.text += kCut;
  const std::size_t visible_end = std::min(caret_end, end);
  excerpt.carets = visible_end > caret ? visible_end - caret : 1;
  return excerpt;
}

// The text of a line, without its end. False where the file has fewer lines.
bool find_line(std::string_view text, int number, std::string_view& line) {
  if (number < 1 || text.empty()) return false;
  for (int i = 1; i < number; ++i) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

std::string heading_of(const Diagnostic& diagnostic) {
  std::string out = without_controls(diagnostic.file);
  if (diagnostic.at.line > 0) {
    out += ':' + std::to_string(diagnostic.at.line);
    if (diagnostic.at.column > 0) out += ':' + std::to_string(diagnostic.at.column);
  }
  if (!out.empty()) out += ' ';
  out += diagnostic.severity == Severity::error ? "error: " : "warning: ";
  return out += without_controls(diagnostic.message);
}

// The fix after `lead`; what follows the first of its lines stands below it.
void append_fix(std::string& out, const std::string& lead, std::string_view fix) {
  std::string margin = lead;
  for (;;) {
    const std::size_t end = fix.find('\n');
    out += margin + without_controls(fix.substr(0, end)) + '\n';
    if (end == std::string_view::npos || end + 1 == fix.size()) return;
    fix.remove_prefix(end + 1);
    margin = "      | " + std::string(lead.size() - 8, ' ');
  }
}

void render_one(std::string& out, const Diagnostic& diagnostic, std::string_view text) {
  constexpr std::string_view kMargin = "      | ";
  out += heading_of(diagnostic) + '\n';
  std::string_view line;
  std::string lead(kMargin);
  if (find_line(text, diagnostic.at.line, line)) {
    const bool has_column = diagnostic.at.column > 0;
    Diagnostic placed = diagnostic;
    placed.at.column = std::max(1, diagnostic.at.column);
    const Excerpt excerpt = excerpt_of(line, placed);
    std::array<char, 32> number{};
    std::snprintf(number.data(), number.size(), "%5d | ", diagnostic.at.line);
    out += number.data() + excerpt.text + '\n';
    if (has_column) {
      lead += std::string(excerpt.caret, ' ') + std::string(excerpt.carets, '^');
      if (diagnostic.fix.empty()) out += lead + '\n';
      lead += "  ";
    }
  }
  if (!diagnostic.fix.empty()) append_fix(out, lead, diagnostic.fix);
}

// How many letters must be added, dropped, changed or swapped with their neighbour.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, change});
      const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) current[j] = std::min(current[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, current);
  }
  return last[b.size()];
}

}  // namespace

bool has_errors(const Diagnostics& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

std::string render(Diagnostics diagnostics, const TextOf& text_of) {
  std::stable_sort(
      diagnostics.begin(), diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::tie(a.file, a.at.line, a.at.column) < std::tie(b.file, b.at.line, b.at.column);
      });
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) {
    render_one(out, diagnostic, text_of ? text_of(diagnostic.file) : std::string_view());
  }
  return out;
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr std::size_t kFurthest = 2;
  std::string_view best;
  std::size_t best_distance = kFurthest + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t longer = std::max(word.size(), candidate.size());
    const std::size_t shorter = std::min(word.size(), candidate.size());
    if (longer - shorter > kFurthest) continue;
    const std::size_t d = distance(word, candidate);
    if (2 * d >= longer || d >= best_distance) continue;
    best = candidate;
    best_distance = d;
  }
  return best;
}

}  // namespace rung
