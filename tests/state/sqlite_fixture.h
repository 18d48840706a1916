#pragma once

#include "base/log.h"
#include "state/sqlite_store.h"
#include "tests/state/engine_loop.h"
#include "tests/state/temp_folder.h"

#include <mutex>
#include <string>
#include <vector>

namespace rung::state {

// Keeps what was logged, to look at.
class KeptLog final : public Log {
 public:
  void write(LogLevel level, std::string_view message,
             std::initializer_list<Field> fields) override {
    const std::lock_guard lock(mutex_);
    std::string line{message};
    for (const Field& field : fields) line += " " + std::string(field.first) + "=" + field.second;
    if (level >= LogLevel::warning) complaints_.push_back(std::move(line));
  }
  std::vector<std::string> complaints() {
    const std::lock_guard lock(mutex_);
    return complaints_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> complaints_;
};

inline Host test_host() {
  return {"machine-a", "boot-1", "pid:[1]", "db1"};
}

inline SqliteOptions options_for(const std::string& path) {
  return {.path = path, .host = test_host()};
}

// Runs SQL on a store's file behind its back. Returns the first value as text.
std::string run_sql(const std::string& path, const std::string& sql);

}  // namespace rung::state
