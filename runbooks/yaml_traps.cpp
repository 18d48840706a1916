#include "runbooks/yaml_traps.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

constexpr auto npos = std::string_view::npos;

Diagnostic mistake(const Source& source, Position at, std::string message, std::string fix) {
  return {Severity::error, source.file(), at, 1, std::move(message), std::move(fix)};
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Offset of the first byte that does not belong to UTF-8; npos where all do.
std::size_t not_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t more = lead < 0x80                   ? 0
                             : lead >= 0xf0 && lead < 0xf5 ? 3
                             : lead >= 0xe0 && lead < 0xf0 ? 2
                             : lead >= 0xc2 && lead < 0xe0 ? 1
                                                           : npos;
    if (more == npos || i + more >= text.size()) return i;
    for (std::size_t k = 1; k <= more; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return i;
    }
    i += more + 1;
  }
  return npos;
}

// Where the value of `key: value` or `- value` begins in a line; the line's end where there is
// none.
std::size_t value_begin(std::string_view line) {
  std::size_t at = line.find_first_not_of(' ');
  if (at == npos) return line.size();
  while (line.substr(at).starts_with("- "))
    at = std::min(line.find_first_not_of(' ', at + 1), line.size());
  const auto colon = line.find(": ", at);
  if (colon == npos || line.find_first_of("\"'{[", at) < colon) return at;
  return std::min(line.find_first_not_of(' ', colon + 1), line.size());
}

std::string with_quoted_value(std::string_view line, std::size_t begin) {
  return "write  " + std::string(trimmed(line.substr(0, begin))) + " " +
         quoted(trimmed(line.substr(begin)));
}

// The part of a flow list or map around `at` that should be one quoted text.
std::string quoted_flow_item(std::string_view line, std::size_t at) {
  auto begin = line.find_last_of(",[{:", at == 0 ? 0 : at - 1);
  while (begin != npos && begin + 1 < line.size() && line[begin] == ':' && line[begin + 1] != ' ') {
    begin = begin == 0 ? npos : line.find_last_of(",[{:", begin - 1);
  }
  begin = begin == npos ? 0 : begin + 1;
  auto close = line.find("}}", at);
  close = close == npos ? line.size() : line.find_first_of(",]}", close + 2);
  if (close == npos) close = line.size();
  return quoted(trimmed(line.substr(begin, close - begin)));
}

// Calls `see` with the place of each byte that stands outside quotes, up to a comment. False: a
// quote is never closed.
template <class See>
bool see_unquoted(std::string_view line, See see) {
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool begins_word = i == 0 || std::string_view(" [{,").find(line[i - 1]) != npos;
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if ((c == '"' || c == '\'') && begins_word) {
      quote = c;
    } else if (c == '#' && i > 0 && line[i - 1] == ' ') {
      return true;
    } else {
      see(i);
    }
  }
  return quote == 0;
}

// Where the innermost bracket begins that this part of a line leaves open; npos where none does.
std::size_t open_bracket(std::string_view line) {
  std::vector<std::size_t> open;
  see_unquoted(line, [&](std::size_t i) {
    if (line[i] == '[' || line[i] == '{') open.push_back(i);
    if ((line[i] == ']' || line[i] == '}') && !open.empty()) open.pop_back();
  });
  return open.empty() ? npos : open.back();
}

bool is_in_flow(std::string_view line, std::size_t column) {
  return open_bracket(line.substr(0, column)) != npos;
}

// Offset of a `{{` that no quote protects; npos where there is none.
std::size_t bare_braces(std::string_view line) {
  std::size_t found = npos;
  see_unquoted(line, [&](std::size_t i) {
    if (found == npos && line.substr(i).starts_with("{{")) found = i;
  });
  return found;
}

// One trap: whether this line shows it, and what to say.
using Trap = std::optional<Diagnostic> (*)(const Source&, Position at, std::string_view line);

std::optional<Diagnostic> braces_trap(const Source& source, Position at, std::string_view line) {
  const auto braces = bare_braces(line);
  if (braces == npos) return std::nullopt;
  const auto begin = source.offset_of({at.line, static_cast<int>(braces) + 1});
  return explain_bare_braces(source, begin);
}

std::optional<Diagnostic> quote_trap(const Source& source, Position at, std::string_view line) {
  const auto begin = value_begin(line);
  if (begin >= line.size() || (line[begin] != '"' && line[begin] != '\'')) return std::nullopt;
  const auto close = line.find(line[begin], begin + 1);
  if (close == npos || trimmed(line.substr(close + 1)).empty()) return std::nullopt;
  return mistake(source, {at.line, static_cast<int>(close) + 2},
                 "the quote at the beginning ends here, and text follows it",
                 with_quoted_value(line, begin));
}

std::optional<Diagnostic> colon_trap(const Source& source, Position at, std::string_view line) {
  const auto begin = value_begin(line);
  if (begin >= line.size() || std::string_view("\"'|>[{").find(line[begin]) != npos)
    return std::nullopt;
  const auto colon = line.find(": ", begin);
  if (colon == npos) return std::nullopt;
  return mistake(source, {at.line, static_cast<int>(colon) + 1},
                 "`: ` inside plain text begins a map in YAML", with_quoted_value(line, begin));
}

std::optional<Diagnostic> dash_trap(const Source& source, Position at, std::string_view line) {
  const auto begin = value_begin(line);
  if (begin >= line.size() || !line.substr(begin).starts_with("- ") ||
      begin == line.find_first_not_of(' ')) {
    return std::nullopt;
  }
  return mistake(source, {at.line, static_cast<int>(begin) + 1},
                 "a list cannot begin on the line of its key",
                 "begin the list on the next line, indented, or write  [" +
                     std::string(trimmed(line.substr(begin + 1))) + "]");
}

std::optional<Diagnostic> sign_trap(const Source& source, Position at, std::string_view line) {
  const auto begin = value_begin(line);
  if (begin >= line.size() || std::string_view("*&!@`%").find(line[begin]) == npos)
    return std::nullopt;
  const bool is_cron = line[begin] == '*' && line.find(" *", begin) != npos;
  return mistake(source, {at.line, static_cast<int>(begin) + 1},
                 is_cron
                     ? "an unquoted schedule that begins with `*` is an alias to YAML"
                     : std::string("plain text cannot begin with `") + line[begin] + "` in YAML",
                 with_quoted_value(line, begin));
}

// `{that: sites[0] != "x"}`: a bracket or a quote ends plain text inside a flow map.
std::optional<Diagnostic> flow_trap(const Source& source, Position at, std::string_view line) {
  const auto column = static_cast<std::size_t>(std::max(at.column, 1) - 1);
  if (column >= line.size() || !is_in_flow(line, column)) return std::nullopt;
  if (std::string_view("[{\"'").find(line[column]) == npos && column > 0 &&
      trimmed(line.substr(0, column)).find_last_of("\"'") == npos) {
    return std::nullopt;
  }
  auto begin = column;
  while (begin > 0 && !line.substr(begin - 1).starts_with(": ") && line[begin - 1] != ',' &&
         !(line[begin - 1] == '{' || (line[begin - 1] == '[' && begin < column))) {
    --begin;
  }
  if (line.substr(begin > 0 ? begin - 1 : 0).starts_with(": ")) ++begin;
  auto end = column;
  for (int depth = 0; end < line.size(); ++end) {
    if (line[end] == '[' || line[end] == '{') ++depth;
    if (depth == 0 && std::string_view(",}]").find(line[end]) != npos) break;
    if (line[end] == ']' || line[end] == '}') --depth;
  }
  return mistake(source, at, "inside { } and [ ] this character ends the plain text before it",
                 "quote the whole value:  " + quoted(trimmed(line.substr(begin, end - begin))));
}

// The number of the first line after `number` that is not empty; 0 at the end of the file.
int next_line(const Source& source, int number) {
  const int last = source.position_of(source.text().size()).line;
  while (++number <= last) {
    if (!trimmed(source.line(number)).empty()) return number;
  }
  return 0;
}

bool begins_entry(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (text.starts_with("- ")) return true;
  const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
  return end != npos && end > 0 && text[end] == ':' &&
         (end + 1 == text.size() || text[end + 1] == ' ');
}

// `command: [echo, x`, and the next line goes on with another key.
std::optional<Diagnostic> unclosed_trap(const Source& source, Position at, std::string_view line) {
  const auto open = open_bracket(line);
  const bool has_quotes_closed = see_unquoted(line, [](std::size_t) {});
  if (open == npos || !has_quotes_closed || trimmed(line).ends_with(',')) return std::nullopt;
  const int next = next_line(source, at.line);
  if (next != 0 && !begins_entry(source.line(next))) return std::nullopt;
  const char close = line[open] == '[' ? ']' : '}';
  return mistake(source, {at.line, static_cast<int>(open) + 1},
                 std::string("this `") + line[open] + "` is never closed",
                 std::string("write  ") + std::string(trimmed(line)) + close);
}

// `shell: |`, and the script begins no further right than its key.
std::optional<Diagnostic> script_trap(const Source& source, Position at, std::string_view line) {
  const std::string_view head = trimmed(line);
  if (!begins_entry(line) || !(head.ends_with(": |") || head.ends_with(": >"))) return std::nullopt;
  const int next = next_line(source, at.line);
  if (next == 0 || begins_entry(source.line(next))) return std::nullopt;
  const auto key = line.find_first_not_of(" -");
  const auto text = source.line(next).find_first_not_of(' ');
  if (text > key) return std::nullopt;
  return mistake(source, {next, static_cast<int>(text) + 1},
                 "this text is not indented further than its key `" +
                     std::string(head.substr(head.find_first_not_of("- "))) + "`",
                 "indent all its lines by " + std::to_string(key + 2) + " spaces");
}

std::optional<Diagnostic> indent_trap(const Source& source, Position at, std::string_view line) {
  if (static_cast<int>(line.find_first_not_of(' ')) + 1 != at.column || at.line < 2)
    return std::nullopt;
  int above = at.line - 1;
  while (above > 1 && trimmed(source.line(above)).empty()) --above;
  return mistake(source, at, "this line is indented differently from those that it belongs to",
                 "line it up with the keys of the same step or list");
}

constexpr Trap kTraps[] = {braces_trap, quote_trap, colon_trap, dash_trap,
                           sign_trap,   flow_trap,  indent_trap};
// These are looked for above the place where the parser stopped, too, and before the others.
constexpr Trap kTrapsAbove[] = {unclosed_trap, script_trap};
constexpr int kLinesAbove = 3;

}  // namespace

std::optional<Diagnostic> check_bytes(const Source& source) {
  const auto text = source.text();
  if (text.size() > kMaxSourceBytes) {
    return mistake(source, {1, 1},
                   "the file has " + std::to_string(text.size()) + " bytes; at most 1 MiB is read",
                   "keep data in files of its own and name them in the steps");
  }
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    return mistake(source, {1, 1}, "the file is in UTF-16", "save it as UTF-8");
  }
  if (const auto nul = text.find('\0'); nul != npos) {
    return mistake(source, source.position_of(nul), "a NUL byte: this is no text file",
                   "remove it; if the file is in UTF-16, save it as UTF-8");
  }
  if (const auto bad = not_utf8(text); bad != npos) {
    return mistake(source, source.position_of(bad), "this byte is not UTF-8",
                   "save the file as UTF-8");
  }
  return std::nullopt;
}

Diagnostic explain_bare_braces(const Source& source, std::size_t begin) {
  const auto at = source.position_of(begin);
  const auto line = source.line(at.line);
  const auto column = static_cast<std::size_t>(at.column - 1);
  auto found = mistake(source, at, "YAML reads an unquoted {{ as the beginning of a map", "");
  found.length = 2;
  if (is_in_flow(line, column)) {
    found.fix = "quote it:  " + quoted_flow_item(line, column);
  } else {
    found.fix = with_quoted_value(line, value_begin(line));
  }
  return found;
}

Diagnostic explain_syntax_error(const Source& source, Position at, std::string_view said) {
  const auto line = source.line(at.line);
  const auto indent = line.find_first_not_of(' ');
  std::optional<Diagnostic> found;
  if (indent != npos && line[indent] == '\t') {
    found = mistake(source, {at.line, static_cast<int>(indent) + 1},
                    "YAML cannot be indented with tabs", "use spaces");
  }
  for (int number = at.line; number > std::max(0, at.line - kLinesAbove); --number) {
    for (const Trap trap : kTrapsAbove) {
      if (!found) found = trap(source, {number, 1}, source.line(number));
    }
  }
  for (const int number : {at.line, at.line - 1}) {
    const Position place = number == at.line ? at : Position{number, 1};
    for (const Trap trap : kTraps) {
      if (!found) found = trap(source, place, source.line(number));
    }
  }
  if (!found) {
    found = mistake(source, at, "this is not YAML (" + std::string(said) + ")",
                    "look at the indentation, quotes and brackets here and in the line above");
  }
  found->fix += kFixFirst;
  return *found;
}

bool has_closing_quote(const Source& source, const Node& scalar) {
  const bool is_double = scalar.style == Node::Style::double_quoted;
  if (!is_double && scalar.style != Node::Style::single_quoted) return true;
  const auto text = source.text();
  for (std::size_t at = scalar.begin + 1; at < text.size(); ++at) {
    if (is_double && text[at] == '\\')
      ++at;
    else if (text[at] == (is_double ? '"' : '\''))
      return true;
  }
  return false;
}

std::string quoted(std::string_view text) {
  const auto unwrapped = text;
  if (unwrapped.find('"') == npos && unwrapped.find('\\') == npos) {
    return "\"" + std::string(unwrapped) + "\"";
  }
  std::string out = "'";
  for (const char c : unwrapped) {
    out += c;
    if (c == '\'') out += '\'';
  }
  return out + "'";
}

}  // namespace rung::runbooks
