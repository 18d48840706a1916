#pragma once

#include <sys/types.h>
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rung::cli {

// How a program ended, and what it wrote.
struct Ended {
  int code = -1;  // exit code, or 128 + signal
  std::string out;
  std::string err;
};

// A program under test: the real `rung`, started with pipes or on a terminal of its own.
// Killed, if it still runs, when this object ends.
class Process {
 public:
  enum class On : unsigned char { pipes, terminal };

  Process(const std::vector<std::string>& argv, const std::string& folder,
          const std::map<std::string, std::string>& environment, On on);
  ~Process();
  Process(Process&& other) noexcept;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  Process& operator=(Process&&) = delete;

  pid_t pid() const { return pid_; }
  // False: it did not write `text` (to either stream) in time. On a terminal all is `out`.
  bool writes(std::string_view text, std::chrono::milliseconds within = std::chrono::seconds(20));
  // Requires: on a terminal.
  void type(std::string_view keys);
  void send_signal(int number) const;
  // Closes its terminal, as a lost ssh session does. Requires: on a terminal.
  void hang_up();
  // Its end; a failure of the test where there is none in time.
  Ended wait(std::chrono::milliseconds within = std::chrono::seconds(30));
  const std::string& out() const { return out_; }
  const std::string& err() const { return err_; }

 private:
  void read_some(std::chrono::milliseconds within);
  bool is_open() const { return out_fd_ >= 0 || err_fd_ >= 0; }

  pid_t pid_ = -1;
  int out_fd_ = -1;
  int err_fd_ = -1;
  std::string out_;
  std::string err_;
};

// A folder with runbooks and a store of its own, in which `rung` runs.
class Sandbox {
 public:
  Sandbox();
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  const std::string& folder() const { return folder_; }
  std::string store() const { return folder_ + "/state/rung.db"; }
  void write(const std::string& file, std::string_view text) const;
  std::string read(const std::string& file) const;
  void set(const std::string& name, const std::string& value) { environment_[name] = value; }

  Ended rung(const std::vector<std::string>& words) const;
  Process start(const std::vector<std::string>& words, Process::On on = Process::On::pipes) const;
  // Any program, in the same folder and environment.
  Ended shell(const std::string& script) const;
  Process start_shell(const std::string& script) const;
  // False: `command` did not succeed within 20 seconds.
  bool comes_true(const std::string& command) const;

 private:
  std::string folder_;
  std::map<std::string, std::string> environment_;
};

}  // namespace rung::cli
