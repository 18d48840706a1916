#include "tests/campaign/program.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace rung::campaign {
namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (auto& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

std::string content_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

Program::Program(const Call& call) {
  auto words = call.argv;
  std::vector<std::string> settings;
  for (const auto& [name, value] : call.environment) settings.push_back(name + '=' + value);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, call.output.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  ::posix_spawn_file_actions_addchdir_np(&actions, call.folder.c_str());
  const int failure = ::posix_spawn(&pid_, words.front().c_str(), &actions, nullptr,
                                    pointers(words).data(), pointers(settings).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failure == 0) return;
  ADD_FAILURE() << "cannot start " << words.front() << ": " << std::strerror(failure);
  pid_ = -1;
  end_ = End{false, 127};
}

Program::~Program() {
  if (end_) return;
  kill();
  wait(Deadline::max());
}

void Program::kill() const {
  if (!end_) ::kill(pid_, SIGKILL);
}

std::optional<End> Program::end() {
  int status = 0;
  if (end_ || ::waitpid(pid_, &status, WNOHANG) != pid_) return end_;
  const bool is_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  end_ = End{is_killed, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
  return end_;
}

End Program::wait(Deadline until) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  while (!end()) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= left.zero()) kill();
    pollfd ends{fd, POLLIN, 0};
    ::poll(&ends, 1, 100);
  }
  if (fd >= 0) ::close(fd);
  return *end_;
}

std::vector<pid_t> processes_of(const std::string& folder) {
  std::vector<pid_t> found;
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc", error), last; !error && it != last;
       it.increment(error)) {
    const std::string name = it->path().filename();
    pid_t pid = 0;
    const auto [stop, failure] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (failure != std::errc() || stop != name.data() + name.size() || pid == ::getpid()) continue;
    if (content_of("/proc/" + name + "/environ").find(folder) != std::string::npos)
      found.push_back(pid);
  }
  return found;
}

bool is_stopped(pid_t pid) {
  const std::string stat = content_of("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = stat.rfind(')');
  return name_end != std::string::npos && name_end + 2 < stat.size() && stat[name_end + 2] == 'T';
}

}  // namespace rung::campaign
