#include "service/plan_graph.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace rung::service {
namespace {

constexpr std::size_t kLargest = 4 * 1024 * 1024;  // of DOT; beyond it the picture is of no use
constexpr int kPatienceMs = 60'000;

// A folder for one picture, removed afterwards.
class Workshop {
 public:
  static Result<Workshop> make() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rung-graph-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      return Error(ErrorCode::unavailable, "no folder can be made below " + pattern);
    return Workshop(std::move(pattern));
  }
  Workshop(Workshop&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  Workshop& operator=(Workshop&&) = delete;
  ~Workshop() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  explicit Workshop(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

Error failed(const std::string& why) {
  return {ErrorCode::unavailable, "no SVG can be drawn: " + why};
}

// The end of the process within a minute; it is killed where there is none.
Result<void> wait_for(pid_t pid) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  pollfd ends{fd, POLLIN, 0};
  const bool has_ended = fd < 0 || ::poll(&ends, 1, kPatienceMs) == 1;
  if (fd >= 0) ::close(fd);
  if (!has_ended) ::kill(pid, SIGKILL);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (!has_ended) return failed("Graphviz did not end within a minute; draw a part of it");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return success();
  return failed("Graphviz refused it");
}

}  // namespace

Result<std::string> render_svg(const std::string& dot) {
  if (dot.size() > kLargest) {
    return Error(ErrorCode::exhausted, "this is too large for a picture (" +
                                           std::to_string(dot.size()) +
                                           " bytes of DOT); write --format dot or mermaid");
  }
  TRY(const auto workshop, Workshop::make());
  const std::string from = workshop.file("graph.dot");
  const std::string to = workshop.file("graph.svg");
  std::ofstream(from) << dot;
  std::string words[] = {"dot", "-Tsvg", "-o", to, from};
  char* argv[] = {words[0].data(), words[1].data(), words[2].data(),
                  words[3].data(), words[4].data(), nullptr};
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid = -1;
  const int failure = ::posix_spawnp(&pid, "dot", &files, nullptr, argv, environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (failure != 0)
    return failed("Graphviz is not installed (apt install graphviz); or write --format dot");
  TRY(wait_for(pid));
  std::ostringstream svg;
  svg << std::ifstream(to, std::ios::binary).rdbuf();
  return svg.str();
}

}  // namespace rung::service
