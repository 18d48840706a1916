#include "engine/supervisor/spawn.h"

#include "base/failpoint.h"
#include "base/hash.h"
#include "engine/supervisor/attempt_folder.h"
#include "engine/supervisor/secret_files.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <limits>

namespace rung::engine::supervisor {
namespace {

constexpr int kJobFd = 3;
constexpr int kLinkFd = 4;
constexpr int kLowestFd = 10;

// Descriptors with low numbers would be overwritten by those that rung-step is given.
DurableFile moved_up(int fd) {
  if (fd < 0 || fd >= kLowestFd) return DurableFile(fd);
  const DurableFile low(fd);
  return DurableFile(::fcntl(fd, F_DUPFD_CLOEXEC, kLowestFd));
}

Result<void> make_folder(const std::string& folder) {
  if (failpoint::reach("supervisor.folder", folder.substr(folder.rfind('/') + 1)) !=
      failpoint::Fault::none) {
    return error_from_errno("cannot make the folder " + folder, EIO);
  }
  if (::mkdir(folder.c_str(), 0700) == 0) return success();
  if (errno == ENOENT) {
    // Not synced: across boots its absence proves nothing anyway, and this is the usual path.
    const std::string run_folder = folder.substr(0, folder.rfind('/'));
    ::mkdir(run_folder.substr(0, run_folder.rfind('/')).c_str(), 0700);
    ::mkdir(run_folder.c_str(), 0700);
    if (::mkdir(folder.c_str(), 0700) == 0) return success();
  }
  return error_from_errno("cannot make the folder " + folder + " for the step's command");
}

Result<DurableFile> write_job(const Job& job) {
  DurableFile memory = moved_up(::memfd_create("job", MFD_CLOEXEC));
  if (!memory.is_open()) return error_from_errno("cannot make a memory file for the command");
  const std::vector<std::uint8_t> bytes = encode(job);
  TRY(memory.write_at(0, bytes));
  return memory;
}

struct Link {
  DurableFile ours, theirs;
};

Result<Link> make_link() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return error_from_errno("cannot make a pipe for the command");
  }
  return Link{DurableFile(ends[0]), moved_up(ends[1])};
}

// The engine's environment may hold secrets: only what tests need goes on.
std::vector<std::string> environment_for_step() {
  std::vector<std::string> environment;
  for (const char* name : {"RUNG_FAILPOINT", "RUNG_FAILPOINT_ONCE", "RUNG_FAILPOINT_RECORD"}) {
    if (const char* value = std::getenv(name)) {
      environment.push_back(std::string(name) + '=' + value);
    }
  }
  return environment;
}

// What posix_spawn is to do in the child before it executes: descriptors and signals.
class SpawnPlan {
 public:
  SpawnPlan(int job, int link) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDWR, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, STDIN_FILENO, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, STDIN_FILENO, STDERR_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, job, kJobFd);
    ::posix_spawn_file_actions_adddup2(&actions_, link, kLinkFd);
    ::posix_spawnattr_init(&attributes_);
    sigset_t all;
    sigfillset(&all);
    // Blocked from its first instruction: no signal can end it between two steps of its start.
    ::posix_spawnattr_setsigmask(&attributes_, &all);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  // errno, or 0.
  int spawn(const std::string& path, const std::string& label, int& pid) {
    std::string name = "rung-step";
    std::string shown = label;
    std::array<char*, 3> argv = {name.data(), shown.data(), nullptr};
    std::vector<std::string> variables = environment_for_step();
    std::vector<char*> environment;
    for (std::string& variable : variables) environment.push_back(variable.data());
    environment.push_back(nullptr);
    return ::posix_spawn(&pid, path.c_str(), &actions_, &attributes_, argv.data(),
                         environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

bool may_do_better_elsewhere(int failure) {
  return failure == EACCES || failure == EPERM || failure == ENOENT || failure == ENOEXEC;
}

Result<int> spawn_step(StepProgram& program, const Job& job, const Link& link) {
  TRY(const DurableFile memory, write_job(job));
  SpawnPlan plan(memory.fd(), link.theirs.fd());
  int pid = 0;
  int failure = plan.spawn(program.path(), job.label, pid);
  if (may_do_better_elsewhere(failure)) {
    TRY(program.fall_back());
    failure = plan.spawn(program.path(), job.label, pid);
  }
  if (failure == 0) return pid;
  return error_from_errno("cannot start rung-step (" + program.path() + ")", failure);
}

}  // namespace

Job job_for(const std::string& store_folder, const StoreId& store, const AttemptId& id,
            const Host& host) {
  Job job;
  job.attempt_id = attempt_cookie(store, id);
  job.label = id.address + '.' + std::to_string(id.attempt);
  job.folder = attempt_folder(store_folder, id);
  job.boot_id = host.boot_id;
  job.pid_namespace = host.pid_namespace;
  return job;
}

Result<Supervised> start(StepProgram& program, Job job) {
  if (!job.files.empty() && job.files_folder.empty()) {
    TRY(job.files_folder, secret_folder_for(job.attempt_id));
  }
  TRY(check(job));
  TRY(make_folder(job.folder));
  TRY(Link link, make_link());
  failpoint::reach("supervisor.spawn", job.label);
  const Result<int> pid = spawn_step(program, job, link);
  if (!pid) {
    ::rmdir(job.folder.c_str());
    return pid.error();
  }
  failpoint::reach("supervisor.sent", job.label);
  DurableFile pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid.value(), 0U)));
  return Supervised(pid.value(), std::move(pidfd), std::move(link.ours));
}

bool Supervised::reap() {
  if (!is_reaped_) is_reaped_ = ::waitpid(pid_, nullptr, WNOHANG) != 0;
  return is_reaped_;
}

bool Supervised::cancel(Duration grace) {
  return ask_to_end(pidfd(), grace);
}

bool ask_to_end(int pidfd, Duration grace) {
  using std::chrono::milliseconds;
  const auto most = milliseconds(std::numeric_limits<int>::max());
  const auto wait = std::clamp(std::chrono::ceil<milliseconds>(grace), milliseconds(0), most);
  siginfo_t request{};
  request.si_signo = kCancelSignal;
  request.si_code = SI_QUEUE;
  request.si_pid = ::getpid();
  request.si_uid = ::getuid();
  request.si_value.sival_int = static_cast<int>(wait.count());
  return ::syscall(SYS_pidfd_send_signal, pidfd, kCancelSignal, &request, 0U) == 0;
}

}  // namespace rung::engine::supervisor
