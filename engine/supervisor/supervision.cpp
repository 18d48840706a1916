#include "engine/supervisor/supervision.h"

#include "base/failpoint.h"
#include "engine/supervisor/process_tree.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>

namespace rung::engine::supervisor {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000 * kMillisecond;
constexpr std::int64_t kDrain = 2 * kSecond;
constexpr std::int64_t kKillRound = 5 * kMillisecond;
// SIGKILL acts at once but for a process in an uninterruptible wait, say for a dead disk.
constexpr std::int64_t kKillLimit = 10 * kSecond;
constexpr std::size_t kReadBytes = 64U << 10U;

std::int64_t now_ns(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

std::int64_t microseconds(const timeval& time) {
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
}

void kill_cgroup(const std::string& cgroup) {
  if (cgroup.empty()) return;
  const DurableFile file(::open((cgroup + "/cgroup.kill").c_str(), O_WRONLY | O_CLOEXEC));
  if (file.is_open()) (void)!::write(file.fd(), "1", 1);
}

// One a line: pid, starttime, name.
void list_leftovers(const std::vector<SeenProcess>& left) {
  std::string text;
  for (const SeenProcess& seen : left) {
    text += std::to_string(seen.id.pid) + ' ' + std::to_string(seen.id.starttime) + ' ';
    text += seen.name + '\n';
  }
  Result<DurableFile> file = DurableFile::create("leftovers");
  if (!file) return;  // The count in the record is what matters.
  (void)file.value().write_at(0, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

std::int64_t boot_now_ns() {
  return now_ns(CLOCK_BOOTTIME);
}

Supervision::Supervision(const Job& job, Launched child, DurableFile signals)
    : job_(job),
      child_(std::move(child)),
      signals_(std::move(signals)),
      secrets_(job.secrets),
      out_("stdout", job.output_cap_bytes, secrets_),
      err_("stderr", job.output_cap_bytes, secrets_) {
  if (job.deadline_boot_ns > 0) arm(job.deadline_boot_ns);
}

void Supervision::run() {
  while (phase_ != Phase::over) {
    wait_for_something();
    reap();  // First: what has ended by itself was not stopped by what comes next.
    if (is_asked_to_) {
      is_asked_to_ = false;
      stop(ExitReason::cancelled, asked_grace_ns_);
    }
    if (act_at_ != 0 && boot_now_ns() >= act_at_) on_time();
    const bool is_drained = !child_.out.is_open() && !child_.err.is_open();
    if (phase_ == Phase::draining && is_drained) phase_ = Phase::over;
  }
}

void Supervision::wait_for_something() {
  std::array<pollfd, 4> all = {{{signals_.fd(), POLLIN, 0},
                                {child_.out.fd(), POLLIN, 0},
                                {child_.err.fd(), POLLIN, 0},
                                {timer_.fd(), POLLIN, 0}}};  // poll ignores descriptors of -1
  // The limit is a backstop only: everything awaited has a descriptor.
  constexpr int kAtMostMs = 60'000;
  if (::poll(all.data(), all.size(), kAtMostMs) <= 0) return;
  if (all[1].revents != 0) pump(child_.out, out_);
  if (all[2].revents != 0) pump(child_.err, err_);
  if (all[0].revents != 0) read_signals();
}

void Supervision::pump(DurableFile& from, CappedOutput& into) {
  static std::array<char, kReadBytes> buffer;
  const ssize_t got = ::read(from.fd(), buffer.data(), buffer.size());
  if (got > 0) into.add({buffer.data(), static_cast<std::size_t>(got)});
  if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) from = {};
}

void Supervision::read_signals() {
  signalfd_siginfo signal{};
  while (::read(signals_.fd(), &signal, sizeof signal) == sizeof signal) {
    const auto number = static_cast<int>(signal.ssi_signo);
    if (number != SIGTERM && number != kCancelSignal) continue;
    const std::int64_t grace =
        number == kCancelSignal ? std::max(signal.ssi_int, 0) * kMillisecond : job_.grace_ns;
    asked_grace_ns_ = is_asked_to_ ? std::min(asked_grace_ns_, grace) : grace;
    is_asked_to_ = true;
  }
}

void Supervision::reap() {
  while (has_children_) {
    int status = 0;
    rusage usage{};
    const pid_t pid = ::wait4(-1, &status, WNOHANG, &usage);
    if (pid == 0) break;
    if (pid < 0) has_children_ = false;
    // Once it has ended its pid may be somebody else's, who becomes our child.
    if (pid == child_.pid && !status_) {
      status_ = status;
      usage_ = usage;
    }
  }
  if (phase_ == Phase::running && status_) child_ended();
  const bool awaits_the_last = phase_ == Phase::stopping || phase_ == Phase::killing;
  if (awaits_the_last && !has_children_) drain();
}

// That it left none is known without a look at /proc: there was nobody more to wait for.
void Supervision::child_ended() {
  if (has_children_ && job_.leftovers == Leftovers::fail) reason_ = ExitReason::leftovers;
  if (has_children_ && job_.leftovers != Leftovers::allow) {
    begin_killing();
  } else {
    drain();
  }
}

void Supervision::on_time() {
  switch (phase_) {
    case Phase::running: stop(ExitReason::deadline, job_.grace_ns); break;
    case Phase::stopping: begin_killing(); break;
    case Phase::killing: kill_round(); break;
    case Phase::draining: phase_ = Phase::over; break;
    case Phase::over: break;
  }
}

void Supervision::stop(ExitReason reason, std::int64_t grace_ns) {
  const std::int64_t until = boot_now_ns() + std::max<std::int64_t>(grace_ns, 0);
  switch (phase_) {
    case Phase::running:
      reason_ = reason;
      phase_ = Phase::stopping;
      arm(until);
      for (const SeenProcess& seen : descendants_of(::getpid())) {
        send_signal(seen.id, SIGTERM);
        send_signal(seen.id, SIGCONT);  // a stopped one would sleep through its grace
      }
      break;
    case Phase::stopping:
      arm(std::min(act_at_, until));  // asked again, perhaps with less patience
      break;
    case Phase::draining:
      // The command has ended by itself and its status stands; what it left is not wanted now.
      if (has_children_) begin_killing();
      break;
    case Phase::killing:
    case Phase::over: break;
  }
}

void Supervision::begin_killing() {
  phase_ = Phase::killing;
  give_up_at_ = boot_now_ns() + kKillLimit;
  kill_round();
}

void Supervision::kill_round() {
  kill_cgroup(job_.cgroup);
  const std::vector<SeenProcess> left = descendants_of(::getpid());
  kill_all(left);
  if (boot_now_ns() >= give_up_at_) {
    survived_ = static_cast<std::uint32_t>(left.size());
    drain();
  } else {
    arm(boot_now_ns() + kKillRound);
  }
}

void Supervision::drain() {
  phase_ = Phase::draining;
  if (!child_.out.is_open() && !child_.err.is_open()) return;  // the usual path needs no timer
  arm(boot_now_ns() + kDrain);
}

void Supervision::arm(std::int64_t at_boot_ns) {
  act_at_ = std::max<std::int64_t>(at_boot_ns, 1);
  if (!timer_.is_open()) timer_ = DurableFile(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC));
  itimerspec when{};
  when.it_value.tv_sec = act_at_ / kSecond;
  when.it_value.tv_nsec = act_at_ % kSecond;
  ::timerfd_settime(timer_.fd(), TFD_TIMER_ABSTIME, &when, nullptr);
}

Exited Supervision::exited() {
  Exited exited;
  exited.status = status_.value_or(0);
  exited.reason = reason_;
  if (const LaunchFailure failure = child_.failure()) {
    exited.reason =
        failure.stage == Stage::exec ? ExitReason::exec_failed : ExitReason::setup_failed;
    exited.stage = failure.stage;
    exited.error = failure.error;
  }
  exited.survived = survived_;
  if (has_children_ && survived_ == 0) {
    const std::vector<SeenProcess> left = descendants_of(::getpid());
    exited.left = static_cast<std::uint32_t>(left.size());
    if (!left.empty()) list_leftovers(left);
  }
  exited.at_utc_ns = now_ns(CLOCK_REALTIME);
  exited.user_us = microseconds(usage_.ru_utime);
  exited.system_us = microseconds(usage_.ru_stime);
  exited.max_rss_kib = usage_.ru_maxrss;
  exited.out = out_.finish();
  exited.err = err_.finish();
  return exited;
}

Result<void> Supervision::sync_outputs() {
  TRY(out_.sync());
  return err_.sync();
}

}  // namespace rung::engine::supervisor
