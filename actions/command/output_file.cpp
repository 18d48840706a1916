#include "actions/command/output_file.h"

#include "actions/text.h"
#include "base/utf8.h"

#include <algorithm>
#include <optional>

namespace rung::actions {
namespace {

// Walks over the lines of a text; a last line without a newline is a line.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    ++number_;
    const auto end = rest_.find('\n');
    const auto line = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
    return line;
  }
  int number() const { return number_; }

 private:
  std::string_view rest_;
  int number_ = 0;
};

Error at_line(int line, std::string_view what) {
  return {ErrorCode::invalid,
          "RUNG_OUTPUT_FILE, line " + std::to_string(line) + ": " + std::string(what)};
}

Result<std::string> read_block(Lines& lines, std::string_view end) {
  const int begin = lines.number();
  std::string block;
  bool is_first = true;
  while (const auto line = lines.next()) {
    if (*line == end) return block;
    if (!is_first) block += '\n';
    block += *line;
    is_first = false;
  }
  return at_line(begin,
                 "the block that begins here has no line \"" + std::string(end) + "\" as its end");
}

}  // namespace

Result<std::map<std::string, std::string, std::less<>>> parse_output_file(std::string_view text) {
  std::map<std::string, std::string, std::less<>> out;
  Lines lines(text);
  while (const auto line = lines.next()) {
    if (line->empty()) continue;
    const auto place = std::min(line->find('='), line->find("<<"));
    const auto name = line->substr(0, place);
    if (place == std::string_view::npos || !is_output_name(name)) {
      return at_line(lines.number(), "expected name=value or name<<END");
    }
    if (line->find('\0') != std::string_view::npos || !is_utf8(*line)) {
      return at_line(lines.number(), "the value is not UTF-8 text; encode it, with base64 say");
    }
    if ((*line)[place] == '=') {
      out.insert_or_assign(std::string(name), std::string(line->substr(place + 1)));
      continue;
    }
    const auto end = line->substr(place + 2);
    if (end.empty()) return at_line(lines.number(), "name<<END needs a word after <<");
    const int begin = lines.number();
    TRY(auto block, read_block(lines, end));
    if (block.find('\0') != std::string::npos || !is_utf8(block)) {
      return at_line(begin, "the value is not UTF-8 text; encode it, with base64 say");
    }
    out.insert_or_assign(std::string(name), std::move(block));
  }
  return out;
}

Result<ReadOutputs> read_outputs(std::string_view text, const DeclaredOutputs& declared) {
  TRY(auto written, parse_output_file(text));
  ReadOutputs read;
  for (const auto& [name, type] : declared) {
    const auto found = written.find(name);
    if (found == written.end()) {
      return Error(ErrorCode::invalid, "the declared output `" + name +
                                           "` was not written; write it with: echo \"" + name +
                                           "=...\" >> \"$RUNG_OUTPUT_FILE\"");
    }
    auto value = coerce(type, Value(found->second));
    if (!value) return std::move(value).error().with_context("output `" + name + "`");
    read.values.insert_or_assign(name, std::move(value).value());
    written.erase(found);
  }
  for (const auto& [name, value] : written) read.undeclared.push_back(name);
  return read;
}

}  // namespace rung::actions
