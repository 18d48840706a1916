#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace rung::bench {

// What Rung is compared with: the same SQLite, the same settings, and nothing else.
class RawStore {
 public:
  explicit RawStore(const std::string& path);
  RawStore(const RawStore&) = delete;
  RawStore& operator=(const RawStore&) = delete;
  ~RawStore();
  // `commits` transactions of `rows` rows of about an event's size.
  void write(int commits, int rows);

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

// fork, exec of `true`, wait; `times` in a row.
void run_true(int times);

// Runs a program, its output thrown away: seconds, and the largest resident memory in KiB.
struct ProgramRun {
  double seconds = 0;
  std::int64_t resident_kib = 0;
};
ProgramRun run_program(const char* const* argv);

}  // namespace rung::bench
