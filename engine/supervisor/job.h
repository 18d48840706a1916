#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace rung::engine::supervisor {

// What happens to processes that a command leaves behind when it ends by itself.
enum class Leftovers : std::uint8_t {
  allow,  // they live on, and are listed in the file `leftovers`
  kill,   // they are killed
  fail,   // they are killed, and the attempt counts as failed
};

// A file for the command's eyes only: on a tmpfs, 0600, removed when the command has ended. The
// command finds its path in the environment variable `variable`.
struct JobFile {
  std::string variable;
  std::string name;  // one path component
  std::string content;

  friend bool operator==(const JobFile&, const JobFile&) = default;
};

// All that `rung-step` needs to run one command. It travels in an inherited memory file, never in
// argv and never on disk: environment, stdin, files and secrets may all be secret.
struct Job {
  std::string attempt_id;  // for RUNG_ATTEMPT_ID, by which recovery knows the command's processes
  std::string label;       // "ADDRESS.ATTEMPT": for failpoints and for `ps`
  std::string folder;      // the attempt's folder, absolute; it exists
  std::string boot_id;     // of the engine, which is also the supervisor's
  std::string pid_namespace;

  std::vector<std::string> argv;         // argv[0] is looked up in the PATH of `environment`
  std::vector<std::string> environment;  // NAME=value, complete; nothing else is inherited
  std::string stdin_bytes;
  bool has_stdin = false;  // false: /dev/null
  std::string cwd;         // absolute
  std::vector<JobFile> files;
  std::string files_folder;  // where they lie: to be made by the supervisor; empty without files
  std::string cgroup;        // a new cgroup v2 to be made for the command; empty: none delegated

  std::int64_t deadline_boot_ns = 0;           // CLOCK_BOOTTIME; 0: none
  std::int64_t grace_ns = 10'000'000'000;      // between TERM and KILL
  std::uint64_t output_cap_bytes = 1U << 20U;  // of stdout and of stderr, each
  Leftovers leftovers = Leftovers::allow;
  std::vector<std::string> secrets;  // masked in what it writes (base/masking.h)

  friend bool operator==(const Job&, const Job&) = default;
};

// Asks a supervisor to end its command, with the grace in milliseconds as value. A real-time
// signal, because these queue: a second SIGTERM with less patience would be lost in the first.
// SIGTERM itself asks with the grace of the job.
inline constexpr int kCancelSignal = 35;

// In the attempt's folder, to `cgroup`: so that recovery finds it.
inline constexpr const char* kCgroupLink = "cgroup";

inline constexpr std::size_t kJobBytesLimit = 64U << 20U;
inline constexpr std::size_t kJobTextLimit = 32U << 20U;
inline constexpr std::uint32_t kJobItemsLimit = 65'536;
// The kernel refuses longer ones (MAX_ARG_STRLEN).
inline constexpr std::size_t kArgumentLimit = 128U << 10U;

// invalid: what the kernel or the supervisor could not carry out, with the way round it: no
// program, a NUL byte, an argument or variable of 128 KiB, a file name with a slash; exhausted:
// over a bound.
Result<void> check(const Job& job);

// Requires: check(job).
std::vector<std::uint8_t> encode(const Job& job);

// corrupt: not a whole job of this version. Fails, never guesses, on any bytes.
Result<Job> decode_job(std::span<const std::uint8_t> bytes);

}  // namespace rung::engine::supervisor
