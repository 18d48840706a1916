#include "engine/supervisor/output_file.h"

#include "base/utf8.h"
#include "engine/supervisor/output_limits.h"

#include <algorithm>

namespace rung::engine::supervisor {
namespace {

constexpr std::size_t kNameLimit = 64;
constexpr std::size_t kShownLimit = 40;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameLimit && is_letter(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c); });
}

// Enough of a line to find it, without what would spoil a terminal.
std::string shown(std::string_view line) {
  std::string text;
  for (char c : line.substr(0, kShownLimit)) text += c >= ' ' && c < 127 ? c : '?';
  return '"' + text + (line.size() > kShownLimit ? "...\"" : "\"");
}

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  bool is_at_end() const { return rest_.empty(); }
  std::size_t number() const { return number_; }
  std::string_view next() {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++number_;
    return line;
  }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;  // of the line that `next` gave last, from 1
};

Error wrong(std::size_t line, std::string_view what) {
  return {ErrorCode::invalid,
          "$RUNG_OUTPUT_FILE, line " + std::to_string(line) + ": " + std::string(what)};
}

// Up to the line that is just `mark`, without the last newline.
Result<std::string> until(Lines& lines, std::string_view mark) {
  const std::size_t begin = lines.number();
  std::string value;
  bool is_first = true;
  while (!lines.is_at_end()) {
    const std::string_view line = lines.next();
    if (line == mark) return value;
    if (!is_first) value += '\n';
    value += line;
    is_first = false;
  }
  return wrong(begin, "the text that begins here never ends: no later line is just " + shown(mark));
}

struct Entry {
  std::string name, value;
};

Result<Entry> parse_entry(std::string_view line, Lines& lines) {
  const std::size_t number = lines.number();
  const std::size_t equals = line.find('=');
  const std::size_t here = line.find("<<");
  if (equals == std::string_view::npos && here == std::string_view::npos) {
    return wrong(number, shown(line) + " is neither name=value nor name<<MARK");
  }
  const std::size_t end = std::min(equals, here);
  Entry entry{std::string(line.substr(0, end)), {}};
  if (!is_name(entry.name)) {
    return wrong(number, shown(entry.name) +
                             " is no name for an output: use letters, digits and _, at most 64, "
                             "and no digit first");
  }
  if (equals < here) {
    entry.value = line.substr(equals + 1);
  } else if (line.size() == here + 2) {
    return wrong(number,
                 "after << comes the mark that ends the text, such as " + entry.name + "<<END");
  } else {
    TRY(entry.value, until(lines, line.substr(here + 2)));
  }
  if (!is_utf8(entry.value)) {
    return wrong(number, "the value of " + entry.name + " is not UTF-8: write it in base64");
  }
  return entry;
}

}  // namespace

Result<std::map<std::string, std::string>> parse_output_file(std::string_view text) {
  if (text.size() > kOutputFileLimit) {
    return Error(ErrorCode::exhausted,
                 "$RUNG_OUTPUT_FILE is over 1 MiB: write large results to a "
                 "file of your own and give its path as the output");
  }
  std::map<std::string, std::string> outputs;
  Lines lines(text);
  while (!lines.is_at_end()) {
    const std::string_view line = lines.next();
    if (line.empty()) continue;
    TRY(Entry entry, parse_entry(line, lines));
    outputs[std::move(entry.name)] = std::move(entry.value);
    if (outputs.size() > kOutputNamesLimit) {
      return Error(ErrorCode::exhausted, "$RUNG_OUTPUT_FILE, line " +
                                             std::to_string(lines.number()) +
                                             ": more than 1,000 outputs");
    }
  }
  return outputs;
}

}  // namespace rung::engine::supervisor
