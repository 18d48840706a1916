#pragma once

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
  virtual void write(LogLevel level, std::string_view message, std::initializer_list<Field> fields) = 0;

  void info(std::string_view m, std::initializer_list<Field> f = {}) { write(LogLevel::info, m, f); }
  void warning(std::string_view m, std::initializer_list<Field> f = {}) { write(LogLevel::warning, m, f); }
  void error(std::string_view m, std::initializer_list<Field> f = {}) { write(LogLevel::error, m, f); }
};

// `level` and above to standard error, logfmt.
class StderrLog final : public Log {
 public:
  explicit StderrLog(LogLevel level) : level_(level) {}
  void write(LogLevel level, std::string_view message, std::initializer_list<Field> fields) override;

 private:
  LogLevel level_;
};

}  // namespace rung
