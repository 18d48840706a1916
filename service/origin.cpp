#include "service/origin.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rung::service {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(2);
constexpr std::size_t kLargestAnswer = 64 << 10;
constexpr std::string_view kCommitLine = "# branch.oid ";

// The nearest file or folder of this name at or above `folder`; "" where there is none.
std::string find_above(const std::string& folder, const char* name) {
  fs::path at(folder);
  for (int i = 0; i < 64; ++i) {
    std::error_code none;
    if (fs::exists(at / name, none)) return (at / name).string();
    if (at == at.parent_path()) break;
    at = at.parent_path();
  }
  return "";
}

// What it was made of, each once.
std::vector<std::string> files_of(const runbooks::Plan& plan) {
  std::vector<std::string> files{(fs::path(plan.folder) / plan.file).string()};
  if (auto project = find_above(plan.folder, "rung.yaml"); !project.empty())
    files.push_back(std::move(project));
  std::map<std::string, std::string, std::less<>> pinned;
  for (const auto& step : plan.steps) pinned.insert(step.pinned.begin(), step.pinned.end());
  for (const auto& [file, hash] : pinned)
    files.push_back((fs::path(plan.folder) / file).lexically_normal().string());
  return files;
}

// All that comes until the other end is closed, within the patience; empty where it does not end.
std::optional<std::string> read_all(int fd, Steady::time_point end) {
  std::string out;
  char buffer[4096];
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Steady::now());
    pollfd readable{fd, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) != 1)
      return std::nullopt;
    const auto count = ::read(fd, buffer, sizeof buffer);
    if (count < 0) return std::nullopt;
    if (count == 0) return out;
    if (out.size() < kLargestAnswer) out.append(buffer, static_cast<std::size_t>(count));
  }
}

std::optional<std::string> answer_of(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return std::nullopt;
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, pipe[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  const int failure = ::posix_spawnp(&pid, argv.front(), &files, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::close(pipe[1]);
  if (failure != 0) {
    ::close(pipe[0]);
    return std::nullopt;
  }
  auto answer = read_all(pipe[0], Steady::now() + kPatience);
  ::close(pipe[0]);
  if (!answer) ::kill(pid, SIGKILL);
  int status = 0;
  ::waitpid(pid, &status, 0);
  const bool is_good = answer && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return is_good ? answer : std::nullopt;
}

}  // namespace

engine::Origin origin_of(const runbooks::Plan& plan) {
  if (plan.folder.empty() || find_above(plan.folder, ".git").empty()) return {};
  // Nothing that the repository's own configuration names is started.
  std::vector<std::string> words{"git",
                                 "--no-optional-locks",
                                 "-c",
                                 "core.fsmonitor=false",
                                 "-C",
                                 plan.folder,
                                 "status",
                                 "--porcelain=v2",
                                 "--branch",
                                 "--ignored=matching",
                                 "--untracked-files=all",
                                 "--"};
  for (auto& file : files_of(plan)) words.push_back(std::move(file));
  const auto answer = answer_of(std::move(words));
  if (!answer) return {};
  engine::Origin origin;
  for (std::size_t at = 0; at < answer->size();) {
    const std::size_t end = std::min(answer->find('\n', at), answer->size());
    const auto line = std::string_view(*answer).substr(at, end - at);
    if (line.starts_with(kCommitLine)) origin.commit = line.substr(kCommitLine.size());
    if (!line.starts_with('#') && !line.empty()) origin.is_modified = true;
    at = end + 1;
  }
  if (origin.commit.starts_with('(')) return {};  // "(initial)": nothing was committed yet
  return origin;
}

}  // namespace rung::service
