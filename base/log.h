#pragma once

#include "base/time.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace rung {

enum class LogLevel : unsigned char { debug, info, warning, error };

// One event per line, fixed keys (run, step, attempt, action), no secrets. `error` means that a
// human must look. Passed to whoever logs; callable from any thread.
class Log {
 public:
  using Field = std::pair<std::string_view, std::string>;
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view message,
                     std::initializer_list<Field> fields) = 0;

  void info(std::string_view m, std::initializer_list<Field> f = {}) {
    write(LogLevel::info, m, f);
  }
  void warning(std::string_view m, std::initializer_list<Field> f = {}) {
    write(LogLevel::warning, m, f);
  }
  void error(std::string_view m, std::initializer_list<Field> f = {}) {
    write(LogLevel::error, m, f);
  }
};

// time=2026-03-27T03:13:20.5Z level=info msg="engine started" run=42, and the end of the line.
// Values are quoted as JSON strings where they need it.
std::string logfmt_line(TimePoint at, LogLevel level, std::string_view message,
                        std::initializer_list<Log::Field> fields);

// `level` and above to standard error: logfmt_line by the system's clock, one write(2) each.
class StderrLog final : public Log {
 public:
  explicit StderrLog(LogLevel level) : level_(level) {}
  void write(LogLevel level, std::string_view message,
             std::initializer_list<Field> fields) override;

 private:
  LogLevel level_;
};

}  // namespace rung
