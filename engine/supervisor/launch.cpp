#include "engine/supervisor/launch.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>

namespace rung::engine::supervisor {
namespace {

struct Pipe {
  DurableFile read, write;

  bool make() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = DurableFile(ends[0]);
    write = DurableFile(ends[1]);
    return true;
  }
};

struct Pipes {
  Pipe release, exec_error, out, err;
  DurableFile in;  // the command's stdin where it has one

  bool make() { return release.make() && exec_error.make() && out.make() && err.make(); }
};

bool make_stdin(const Job& job, DurableFile& in) {
  in = DurableFile(::memfd_create("stdin", MFD_CLOEXEC));
  if (!in.is_open()) return false;
  const std::string_view bytes = job.stdin_bytes;
  return bool(in.write_at(0, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
}

bool defines(const std::string& entry, std::string_view name) {
  return entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
}

// What the supervisor adds comes first and wins over the job's.
std::vector<std::string> environment_of(const Job& job) {
  std::vector<std::string> own = {"RUNG_ATTEMPT_ID=" + job.attempt_id,
                                  "RUNG_OUTPUT_FILE=" + job.folder + "/output"};
  for (const JobFile& file : job.files) {
    own.push_back(file.variable + '=' + job.files_folder + '/' + file.name);
  }
  std::vector<std::string> all = own;
  for (const std::string& entry : job.environment) {
    const bool is_ours = std::ranges::any_of(own, [&](const std::string& ours) {
      return defines(entry, std::string_view(ours).substr(0, ours.find('=')));
    });
    if (!is_ours) all.push_back(entry);
  }
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Like execvpe, but by the job's own PATH, and without its habit of giving a file that the kernel
// cannot execute to /bin/sh: that would turn a definite failure into a command of its own.
int execute(const std::string& program, char* const* argv, char* const* environment) {
  if (program.find('/') != std::string::npos) {
    ::execve(program.c_str(), argv, environment);
    return errno;
  }
  std::string_view path = "/usr/local/bin:/usr/bin:/bin";
  for (char* const* entry = environment; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.starts_with("PATH=")) path = text.substr(5);
  }
  int failure = ENOENT;
  for (bool is_last = false; !is_last;) {
    const std::size_t colon = std::min(path.find(':'), path.size());
    is_last = colon == path.size();
    const std::string folder(path.substr(0, colon));
    path.remove_prefix(is_last ? colon : colon + 1);
    ::execve((folder.empty() ? program : folder + '/' + program).c_str(), argv, environment);
    if (errno == ENOENT || errno == ENOTDIR) continue;
    failure = errno;
    if (errno != EACCES) break;
  }
  return failure;
}

// Out of memory, the kernel is to choose the command before its supervisor.
void offer_to_oom_killer() {
  constexpr int kMore = 200;
  constexpr int kMost = 1000;
  const DurableFile file(::open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC));
  std::array<char, 16> text{};
  if (!file.is_open() || ::read(file.fd(), text.data(), text.size()) <= 0) return;
  int score = 0;
  std::from_chars(text.data(), text.data() + text.size(), score);
  const std::string higher = std::to_string(std::min(score + kMore, kMost));
  // Where it is refused, nothing depends on it.
  (void)!::pwrite(file.fd(), higher.data(), higher.size(), 0);
}

// Where it is refused, the tree is found by /proc instead.
void enter_cgroup(const std::string& cgroup) {
  if (cgroup.empty()) return;
  const DurableFile procs(::open((cgroup + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
  if (procs.is_open()) (void)!::write(procs.fd(), "0", 1);
}

void give_back_signals() {
  struct sigaction fresh {};
  fresh.sa_handler = SIG_DFL;
  for (int signal : {SIGHUP, SIGPIPE, SIGINT, SIGQUIT, SIGXFSZ})
    ::sigaction(signal, &fresh, nullptr);
  // posix_spawn ignores the two that glibc keeps for itself, and sigaction refuses them.
  constexpr std::array<std::uint64_t, 4> kDefault{};  // the kernel's struct sigaction
  for (int signal : {32, 33}) {
    ::syscall(SYS_rt_sigaction, signal, kDefault.data(), nullptr, sizeof(std::uint64_t));
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void report_and_exit(const Pipes& pipes, LaunchFailure failure) {
  (void)!::write(pipes.exec_error.write.fd(), &failure, sizeof failure);
  ::_exit(127);
}

bool is_released(Pipes& pipes) {
  char byte = 0;
  ssize_t got = 0;
  do {
    got = ::read(pipes.release.read.fd(), &byte, 1);
  } while (got < 0 && errno == EINTR);
  return got == 1;
}

// Everything above 2 is O_CLOEXEC.
[[noreturn]] void be_child(const Job& job, const DurableFile& record, Pipes& pipes) {
  ::close(record.fd());
  pipes.release.write = {};
  ::setpgid(0, 0);
  offer_to_oom_killer();
  enter_cgroup(job.cgroup);
  std::vector<std::string> arguments = job.argv;
  std::vector<std::string> variables = environment_of(job);
  const std::vector<char*> argv = pointers_to(arguments);
  const std::vector<char*> environment = pointers_to(variables);
  if (pipes.in.is_open()) ::dup2(pipes.in.fd(), STDIN_FILENO);
  ::dup2(pipes.out.write.fd(), STDOUT_FILENO);
  ::dup2(pipes.err.write.fd(), STDERR_FILENO);
  if (!is_released(pipes)) ::_exit(0);
  if (::chdir(job.cwd.c_str()) != 0) report_and_exit(pipes, {Stage::folder, errno});
  give_back_signals();
  report_and_exit(pipes, {Stage::exec, execute(job.argv.front(), argv.data(), environment.data())});
}

}  // namespace

LaunchFailure Launched::failure() const {
  LaunchFailure failure;
  const ssize_t got = ::read(exec_error.fd(), &failure, sizeof failure);
  return got == sizeof failure ? failure : LaunchFailure{};
}

LaunchFailure launch(const Job& job, const DurableFile& record, Launched& launched) {
  Pipes pipes;
  if (!pipes.make()) return {Stage::pipes, errno};
  if (job.has_stdin && !make_stdin(job, pipes.in)) return {Stage::stdin_bytes, errno};
  launched.pid = ::fork();
  if (launched.pid < 0) return {Stage::fork, errno};
  if (launched.pid == 0) be_child(job, record, pipes);
  ::setpgid(launched.pid, launched.pid);
  launched.release = std::move(pipes.release.write);
  launched.exec_error = std::move(pipes.exec_error.read);
  launched.out = std::move(pipes.out.read);
  launched.err = std::move(pipes.err.read);
  return {};
}

}  // namespace rung::engine::supervisor
