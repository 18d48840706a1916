#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace rung {
namespace {

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
  }
  return "error";
}

bool needs_quotes(std::string_view text) {
  return text.empty() || std::any_of(text.begin(), text.end(), [](char c) {
           return c <= ' ' || c == '=' || c == '"' || c == '\\' || c == '\x7f' ||
                  static_cast<unsigned char>(c) >= 0x80;
         });
}

void append_field(std::string& line, std::string_view key, std::string_view value) {
  line += ' ';
  line += key;
  line += '=';
  if (needs_quotes(value)) {
    append_json_string(line, value);
  } else {
    line += value;
  }
}

}  // namespace

std::string logfmt_line(TimePoint at, LogLevel level, std::string_view message,
                        std::initializer_list<Log::Field> fields) {
  std::string line = "time=" + to_string(at);
  append_field(line, "level", name_of(level));
  append_field(line, "msg", message);
  for (const auto& [key, value] : fields) append_field(line, key, value);
  line += '\n';
  return line;
}

void StderrLog::write(LogLevel level, std::string_view message,
                      std::initializer_list<Field> fields) {
  if (level < level_) return;
  const std::string line = logfmt_line(SystemClock().now().utc, level, message, fields);
  // One call for the line, so that lines of several threads and processes do not mix. Whoever
  // reads standard error may be gone; that is no reason to stop a run.
  ssize_t written = 0;
  do {
    written = ::write(STDERR_FILENO, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
}

}  // namespace rung
