// rung-step: supervises one command, from its claim to the record of its end. It knows nothing of
// the engine but two inherited descriptors: the job (3, a memory file) and the link (4, a pipe).
//
// Exit codes are for tests; the engine goes by the record and its lock alone.

#include "base/durable_file.h"
#include "base/failpoint.h"
#include "engine/supervisor/job.h"
#include "engine/supervisor/launch.h"
#include "engine/supervisor/mask_file.h"
#include "engine/supervisor/output_limits.h"
#include "engine/supervisor/process_tree.h"
#include "engine/supervisor/record.h"
#include "engine/supervisor/secret_files.h"
#include "engine/supervisor/supervision.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace rung::engine::supervisor {
namespace {

constexpr int kJobFd = 3;
constexpr int kLinkFd = 4;

enum ExitCode : int { kDone = 0, kNoJob = 80, kNotOurs = 81, kNotReleased = 82, kNoRecord = 83 };

Result<Job> read_job() {
  const DurableFile file(kJobFd, "the job");
  struct stat status {};
  if (::fstat(file.fd(), &status) != 0 || status.st_size <= 0 ||
      static_cast<std::uint64_t>(status.st_size) > kJobBytesLimit) {
    return Error(ErrorCode::invalid, "rung-step is started by rung, which hands it a job");
  }
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(status.st_size));
  TRY(const std::size_t got, file.read_at(0, bytes));
  bytes.resize(got);
  return decode_job(bytes);
}

// Step 3. Signals were blocked by whoever started us, so nothing ends us before this is done.
bool begin_session(const Job& job) {
  ::prctl(PR_SET_NAME, "rung-step");
  ::setsid();
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  for (int signal : {SIGHUP, SIGPIPE, SIGINT, SIGQUIT, SIGXFSZ})
    ::sigaction(signal, &ignored, nullptr);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  return ::chdir(job.folder.c_str()) == 0;
}

DurableFile signals_as_descriptor() {
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, nullptr);
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGTERM);
  sigaddset(&ours, kCancelSignal);
  sigaddset(&ours, SIGCHLD);
  return DurableFile(::signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK));
}

// Step 4. Not open afterwards: another one has it, or had it; then the command must not run.
DurableFile claim(const Job& job) {
  if (failpoint::reach("step.claim") != failpoint::Fault::none) return {};
  Result<DurableFile> record = DurableFile::create("record");
  if (!record) return {};
  const Result<bool> is_locked = record.value().try_lock();
  if (!is_locked || !is_locked.value()) return {};
  // Between the creation and the lock a recovery may have voided it.
  const Result<Record> content = read_record(record.value());
  if (!content || content.value() != Record{}) return {};
  const std::optional<SeenProcess> self = look_at_process(::getpid());
  const Claimed claimed{self ? self->id : Process{::getpid(), 0}, job.boot_id, job.pid_namespace};
  if (!write_slot(record.value(), SlotKind::claimed, encode(claimed))) return {};
  failpoint::reach("step.claimed");
  return std::move(record).value();
}

// Where it is refused, the tree is found by /proc instead.
void make_cgroup(const Job& job) {
  if (job.cgroup.empty()) return;
  (void)!::symlink(job.cgroup.c_str(), kCgroupLink);
  ::mkdir(job.cgroup.c_str(), 0755);
}

// Where processes live on in it, it stays until the attempt is forgotten.
void remove_cgroup(const Job& job) {
  if (!job.cgroup.empty() && ::rmdir(job.cgroup.c_str()) == 0) ::unlink(kCgroupLink);
}

// Step 9, its second half: nobody will commit this outcome for us.
Result<void> make_durable(Supervision* supervision, DurableFile& record) {
  if (supervision != nullptr) {
    TRY(supervision->sync_outputs());
  }
  Result<DurableFile> output = DurableFile::open("output");
  if (output) {
    TRY(output.value().sync());
  }
  TRY(record.sync());
  for (const char* folder : {".", "..", "../.."}) {
    TRY(sync_folder(folder));
  }
  return success();
}

int end(const Job& job, DurableFile& record, Exited exited, Supervision* supervision) {
  remove_secret_files(".");
  remove_cgroup(job);
  if (supervision != nullptr) mask_file("output", kOutputFileLimit, supervision->secrets());
  exited.output = keep_file("output", kOutputFileLimit);
  failpoint::reach("step.ended");
  if (!write_slot(record, SlotKind::exited, encode(exited))) return kNoRecord;
  failpoint::reach("step.exited");
  if (::write(kLinkFd, "E", 1) == 1) {
    failpoint::reach("step.notified");
    return kDone;
  }
  const bool is_durable = bool(make_durable(supervision, record));
  failpoint::reach("step.synced");
  return is_durable ? kDone : kNoRecord;
}

int end_without_command(const Job& job, DurableFile& record, LaunchFailure failure) {
  Exited exited;
  exited.reason = ExitReason::setup_failed;
  exited.stage = failure.stage;
  exited.error = failure.error;
  return end(job, record, exited, nullptr);
}

// Step 6. The child must not begin before it is on record that it may have.
bool release(DurableFile& record, Launched& child) {
  const std::optional<SeenProcess> seen = look_at_process(child.pid);
  const Released released{seen ? seen->id : Process{child.pid, 0}};
  if (!write_slot(record, SlotKind::released, encode(released))) return false;
  failpoint::reach("step.released");
  (void)!::write(child.release.fd(), "R", 1);
  child.release = {};
  failpoint::reach("step.exec");
  return true;
}

int supervise(const Job& job) {
  if (!begin_session(job)) return kNotOurs;
  failpoint::reach("step.session");
  DurableFile signals = signals_as_descriptor();
  DurableFile record = claim(job);
  if (!record.is_open()) return kNotOurs;
  if (const int error = make_secret_files(job); error != 0) {
    return end_without_command(job, record, {Stage::files, error});
  }
  make_cgroup(job);
  Launched child;
  if (const LaunchFailure failure = launch(job, record, child)) {
    return end_without_command(job, record, failure);
  }
  failpoint::reach("step.fork");
  if (!release(record, child)) {
    remove_secret_files(".");
    return kNotReleased;  // Our end closes the pipe, at which the child ends.
  }
  Supervision supervision(job, std::move(child), std::move(signals));
  supervision.run();
  return end(job, record, supervision.exited(), &supervision);
}

int rung_step() {
  // Step 3, its first part: before anything is opened, also by the failpoints.
  ::close_range(kLinkFd + 1, ~0U, 0);
  ::fcntl(kLinkFd, F_SETFD, FD_CLOEXEC);
  failpoint::configure_from_environment();
  const Result<Job> job = read_job();
  if (!job) {
    const std::string message = job.error().message() + '\n';
    (void)!::write(STDERR_FILENO, message.data(), message.size());
    return kNoJob;
  }
  failpoint::set_scope(job.value().label);
  return supervise(job.value());
}

}  // namespace
}  // namespace rung::engine::supervisor

int main() {
  // No destructors of what is about to vanish: the exit frees memory, descriptors and the lock.
  ::_exit(rung::engine::supervisor::rung_step());
}
