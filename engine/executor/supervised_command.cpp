#include "engine/executor/supervised_command.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace rung::engine {
namespace asio = boost::asio;
namespace {

using supervisor::Finding;
using supervisor::Verdict;

constexpr Duration kPoll = std::chrono::milliseconds(100);  // where no descriptor tells
constexpr Duration kOrphanPoll = std::chrono::seconds(1);   // each look reads all of /proc
constexpr int kLooksAtFaults = 50;                          // a record that cannot be read: 5 s
constexpr int kKillRounds = 50;                             // 5 s
constexpr const char* kWithstand = ", and what lives of it withstands SIGKILL";
constexpr Duration kRoundPause = std::chrono::milliseconds(100);

// A descriptor that belongs to somebody else, watched for the time of a scope.
class WatchedDescriptor {
 public:
  WatchedDescriptor(asio::io_context& loop, int fd) : descriptor_(loop) {
    boost::system::error_code error;
    if (fd >= 0) descriptor_.assign(fd, error);
  }
  WatchedDescriptor(const WatchedDescriptor&) = delete;
  WatchedDescriptor& operator=(const WatchedDescriptor&) = delete;
  ~WatchedDescriptor() {
    if (descriptor_.is_open()) descriptor_.release();
  }
  asio::posix::stream_descriptor& descriptor() { return descriptor_; }
  bool is_watched() const { return descriptor_.is_open(); }

 private:
  asio::posix::stream_descriptor descriptor_;
};

std::string adoption_of(const Finding& finding) {
  std::string detail(finding.reason);
  if (finding.record.claimed) {
    detail += "; supervisor " + std::to_string(finding.record.claimed->supervisor.pid);
  }
  if (finding.record.released) {
    detail += ", command " + std::to_string(finding.record.released->child.pid);
  }
  return detail;
}

Unknown lost_sight(std::string why) {
  return Unknown{{ErrorClass::internal, std::move(why)}};
}

}  // namespace

SupervisedCommand::SupervisedCommand(World world, supervisor::AttemptTrace trace)
    : world_(std::move(world)), trace_(std::move(trace)) {}

awaitable<CommandResult> SupervisedCommand::run(supervisor::StepProgram& program,
                                                supervisor::Job job) {
  const Instant deadline{TimePoint{}, Duration(job.deadline_boot_ns)};
  auto started = supervisor::start(program, std::move(job));
  if (started) {
    supervised_.emplace(std::move(started).value());
    if (is_asked_to_end_) supervised_->cancel(world_.grace);
    co_await until_readable(supervised_->link());
  } else if (started.error().code() != ErrorCode::conflict) {
    co_return not_begun(started.error());
  }
  CommandResult result = co_await conclude({}, deadline);
  co_return result;
}

awaitable<CommandResult> SupervisedCommand::recover(std::function<void(std::string)> adopted,
                                                    Instant deadline) {
  CommandResult result = co_await conclude(std::move(adopted), deadline);
  co_return result;
}

// Bounded: a running supervisor ends by its own deadline; orphans are killed at theirs; faults are
// counted.
awaitable<CommandResult> SupervisedCommand::conclude(std::function<void(std::string)> adopted,
                                                     Instant deadline) {
  int faults = 0;
  while (!is_left_) {
    auto looked = supervisor::examine(trace_, world_.host);
    if (!looked && (++faults <= kLooksAtFaults || is_blind_until(deadline))) {
      co_await pause(kPoll);
      continue;
    }
    if (!looked) {
      // Nothing says any more how it ended, but what lives of it may still act: no next try, and
      // no question to a person, before that is over.
      const auto living = supervisor::remains(trace_.cookie);
      if (living.empty()) co_return lost_sight(looked.error().message());
      const bool are_bearable = co_await outwait(living, deadline);
      if (!are_bearable) co_return lost_sight(looked.error().message() + kWithstand);
      continue;
    }
    const Finding& finding = looked.value();
    switch (finding.verdict) {
      case Verdict::ended: co_return result_in(trace_.folder);
      case Verdict::not_done:
      case Verdict::voids_first:
      case Verdict::unknown: co_return result_of(finding);
      case Verdict::running:
      case Verdict::running_beyond:
      case Verdict::orphaned: break;
    }
    if (adopted) std::exchange(adopted, nullptr)(adoption_of(finding));
    if (finding.verdict != Verdict::orphaned) {
      co_await watch(finding);
      continue;
    }
    const bool are_bearable = co_await outwait(finding.children, deadline);
    if (!are_bearable) co_return lost_sight(std::string(finding.reason) + kWithstand);
  }
  co_return LeftRunning{};
}

// Who cannot look at processes cannot say that none is left.
bool SupervisedCommand::is_blind_until(Instant deadline) const {
  return world_.clock->now().boot < deadline.boot && !supervisor::sees_processes();
}

// A while of waiting for processes without a supervisor; killed when nobody wants them any more.
// False: they withstand.
awaitable<bool> SupervisedCommand::outwait(std::vector<supervisor::SeenProcess> orphans,
                                           Instant deadline) {
  const bool is_over =
      deadline.boot > Duration::zero() && world_.clock->now().boot >= deadline.boot;
  if (!is_asked_to_end_ && !is_over) {
    co_await pause(kOrphanPoll);
    co_return true;
  }
  if (++kills_ > kKillRounds) co_return false;
  supervisor::kill_all(orphans);
  co_await pause(kRoundPause);
  co_return true;
}

awaitable<void> SupervisedCommand::watch(const Finding& finding) {
  watch_.emplace(trace_.folder, finding);
  if (is_asked_to_end_) watch_->cancel(world_.grace);
  if (watch_->pidfd() >= 0) {
    co_await until_readable(watch_->pidfd());
  } else {
    co_await pause(kPoll);
  }
  watch_.reset();
}

awaitable<void> SupervisedCommand::reap() {
  while (supervised_ && !is_left_ && !supervised_->reap()) {
    co_await until_readable(supervised_->pidfd());
  }
}

bool SupervisedCommand::cancel() {
  is_asked_to_end_ = true;
  if (supervised_) return supervised_->cancel(world_.grace);
  return !watch_ || watch_->cancel(world_.grace);
}

awaitable<void> SupervisedCommand::until_readable(int fd) {
  WatchedDescriptor watched(*world_.loop, fd);
  if (!watched.is_watched()) {
    co_await pause(kPoll);
    co_return;
  }
  using Descriptor = asio::posix::stream_descriptor;
  const auto waited = co_await watched.descriptor().async_wait(Descriptor::wait_read,
                                                               asio::as_tuple(asio::use_awaitable));
  static_cast<void>(waited);
}

awaitable<void> SupervisedCommand::pause(Duration duration) {
  asio::steady_timer timer(*world_.loop, std::chrono::nanoseconds(duration.count()));
  const auto waited = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  static_cast<void>(waited);
}

}  // namespace rung::engine
