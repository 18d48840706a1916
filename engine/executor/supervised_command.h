#pragma once

#include "base/async.h"
#include "base/clock.h"
#include "engine/executor/command_result.h"
#include "engine/supervisor/adopt.h"
#include "engine/supervisor/spawn.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rung::engine {

// One command under its supervisor, from its start or its adoption until its end is known. Waits
// on descriptors only; on the engine thread. Not movable: its coroutines refer to it, and whoever
// owns it joins them.
class SupervisedCommand {
 public:
  struct World {
    boost::asio::io_context* loop = nullptr;  // it and the clock outlive the command
    const Clock* clock = nullptr;
    Host host;
    Duration grace{};  // between TERM and KILL
  };
  SupervisedCommand(World world, supervisor::AttemptTrace trace);
  SupervisedCommand(const SupervisedCommand&) = delete;
  SupervisedCommand& operator=(const SupervisedCommand&) = delete;

  // Starts it and waits for its end. Where the attempt was started before, as `recover`.
  awaitable<CommandResult> run(supervisor::StepProgram& program, supervisor::Job job);

  // Finds out what became of it after a restart, by the recovery table, and waits where it still
  // runs: `adopted` is called once, with how, before the waiting. Processes that outlived their
  // supervisor are watched until `deadline`, then killed.
  awaitable<CommandResult> recover(std::function<void(std::string)> adopted, Instant deadline);

  // After its result: until the supervisor's process is gone, so that no zombie stays.
  awaitable<void> reap();

  // Asks the command to end, TERM first, KILL after the grace; also one that is yet to start or to
  // be found. False: it cannot be signalled from here (another pid namespace).
  bool cancel();
  // From now on every wait ends at once with LeftRunning; a cancellation of the coroutine wakes
  // the present one.
  void leave() { is_left_ = true; }
  bool is_left() const { return is_left_; }

 private:
  awaitable<CommandResult> conclude(std::function<void(std::string)> adopted, Instant deadline);
  awaitable<bool> outwait(std::vector<supervisor::SeenProcess> orphans, Instant deadline);
  bool is_blind_until(Instant deadline) const;
  awaitable<void> watch(const supervisor::Finding& finding);
  awaitable<void> until_readable(int fd);
  awaitable<void> pause(Duration duration);

  const World world_;
  const supervisor::AttemptTrace trace_;
  std::optional<supervisor::Supervised> supervised_;  // started here
  std::optional<supervisor::Watch> watch_;            // adopted
  int kills_ = 0;                                     // rounds of SIGKILL
  bool is_asked_to_end_ = false;
  bool is_left_ = false;
};

}  // namespace rung::engine
