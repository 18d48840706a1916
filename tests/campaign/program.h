#pragma once

#include <sys/types.h>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rung::campaign {

using Environment = std::map<std::string, std::string>;
using Deadline = std::chrono::steady_clock::time_point;

// How a process ended.
struct End {
  bool is_killed = false;  // by SIGKILL
  int code = -1;           // of its exit, else 128 + signal
};

// A process of ours, started without fork in this program: campaigns run on many threads. Killed
// and reaped, if it still runs, when this object ends.
class Program {
 public:
  struct Call {
    std::vector<std::string> argv;
    std::string folder;
    Environment environment;  // all of it
    std::string output;       // a file; both streams are appended
  };

  explicit Program(const Call& call);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  void kill() const;
  std::optional<End> end();
  // Killed at `until`, where it has not ended.
  End wait(Deadline until);

 private:
  pid_t pid_ = -1;
  std::optional<End> end_;
};

// Processes, not of this program, whose environment names `folder`.
std::vector<pid_t> processes_of(const std::string& folder);
// Whether it was stopped by SIGSTOP.
bool is_stopped(pid_t pid);

}  // namespace rung::campaign
