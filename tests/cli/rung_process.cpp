#include "tests/cli/rung_process.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

extern char** environ;

namespace rung::cli {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void become(const std::vector<std::string>& argv, const std::string& folder,
                         const std::map<std::string, std::string>& environment) {
  if (::chdir(folder.c_str()) != 0) ::_exit(126);
  for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execv(words[0], words.data());
  ::_exit(127);
}

std::chrono::milliseconds left(Clock::time_point until) {
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()),
                  std::chrono::milliseconds(0));
}

}  // namespace

Process::Process(const std::vector<std::string>& argv, const std::string& folder,
                 const std::map<std::string, std::string>& environment, On on) {
  if (on == On::terminal) {
    winsize size{.ws_row = 40, .ws_col = 160, .ws_xpixel = 0, .ws_ypixel = 0};
    pid_ = ::forkpty(&out_fd_, nullptr, nullptr, &size);
    if (pid_ == 0) become(argv, folder, environment);
    ::fcntl(out_fd_, F_SETFD, FD_CLOEXEC);
    return;
  }
  int out[2];
  int err[2];
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) std::abort();
  pid_ = ::fork();
  if (pid_ == 0) {
    const int none = ::open("/dev/null", O_RDONLY);
    ::dup2(none, STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(err[1], STDERR_FILENO);
    become(argv, folder, environment);
  }
  ::close(out[1]);
  ::close(err[1]);
  out_fd_ = out[0];
  err_fd_ = err[0];
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      out_fd_(std::exchange(other.out_fd_, -1)),
      err_fd_(std::exchange(other.err_fd_, -1)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)) {}

Process::~Process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (out_fd_ >= 0) ::close(out_fd_);
  if (err_fd_ >= 0) ::close(err_fd_);
}

void Process::read_some(std::chrono::milliseconds within) {
  pollfd fds[2] = {{out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}};
  if (::poll(fds, 2, static_cast<int>(within.count())) <= 0) return;
  const auto take = [](pollfd& from, int& fd, std::string& into) {
    if (fd < 0 || from.revents == 0) return;
    char bytes[4096];
    const ssize_t count = ::read(fd, bytes, sizeof bytes);
    if (count > 0) {
      into.append(bytes, static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      ::close(fd);
      fd = -1;
    }
  };
  take(fds[0], out_fd_, out_);
  take(fds[1], err_fd_, err_);
}

bool Process::writes(std::string_view text, std::chrono::milliseconds within) {
  const auto until = Clock::now() + within;
  for (;;) {
    if (out_.find(text) != std::string::npos || err_.find(text) != std::string::npos) return true;
    if (!is_open() || left(until).count() == 0) return false;
    read_some(left(until));
  }
}

void Process::type(std::string_view keys) {
  ASSERT_EQ(::write(out_fd_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
}

void Process::send_signal(int number) const {
  ::kill(pid_, number);
}

void Process::hang_up() {
  ::close(std::exchange(out_fd_, -1));
}

Ended Process::wait(std::chrono::milliseconds within) {
  const auto until = Clock::now() + within;
  while (is_open() && left(until).count() > 0) {
    read_some(std::min(left(until), std::chrono::milliseconds(50)));
    siginfo_t info{};
    // What lives on in the background may hold the pipes: the end of the program itself counts.
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == pid_) {
      read_some(std::chrono::milliseconds(20));
      break;
    }
  }
  int status = 0;
  while (::waitpid(pid_, &status, left(until).count() > 0 ? 0 : WNOHANG) == 0) {
    ADD_FAILURE() << "it did not end in time; it wrote:\n" << out_ << err_;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
    break;
  }
  while (is_open()) {
    const std::size_t had = out_.size() + err_.size();
    read_some(std::chrono::milliseconds(0));
    if (out_.size() + err_.size() == had && is_open()) break;
  }
  pid_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out_, err_};
}

Sandbox::Sandbox() {
  std::string name = std::filesystem::temp_directory_path() / "rung-cli-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  folder_ = name;
  environment_ = {{"RUNG_STORE", store()},
                  {"NO_COLOR", "1"},
                  {"TZ", "UTC"},
                  {"LC_ALL", "C"},
                  {"TERM", "xterm"}};
}

Sandbox::~Sandbox() {
  // What a failed test left running under supervisors ends with its deadline; its files go now.
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
}

void Sandbox::write(const std::string& file, std::string_view text) const {
  const std::filesystem::path path = std::filesystem::path(folder_) / file;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

std::string Sandbox::read(const std::string& file) const {
  std::ostringstream text;
  text << std::ifstream(std::filesystem::path(folder_) / file).rdbuf();
  return text.str();
}

Process Sandbox::start(const std::vector<std::string>& words, Process::On on) const {
  std::vector<std::string> argv = {RUNG_BINARY};
  argv.insert(argv.end(), words.begin(), words.end());
  return {argv, folder_, environment_, on};
}

Ended Sandbox::rung(const std::vector<std::string>& words) const {
  return start(words).wait();
}

Process Sandbox::start_shell(const std::string& script) const {
  auto environment = environment_;
  const std::string folder = std::filesystem::path(RUNG_BINARY).parent_path();
  environment["PATH"] =
      folder + ":" + (std::getenv("PATH") == nullptr ? "/usr/bin:/bin" : std::getenv("PATH"));
  return Process({"/bin/bash", "-c", script}, folder_, environment, Process::On::pipes);
}

Ended Sandbox::shell(const std::string& script) const {
  return start_shell(script).wait();
}

bool Sandbox::comes_true(const std::string& command) const {
  return shell("for i in $(seq 400); do " + command + " && exit 0; sleep 0.05; done; exit 1")
             .code == 0;
}

}  // namespace rung::cli
