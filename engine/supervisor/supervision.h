#pragma once

#include "base/durable_file.h"
#include "engine/supervisor/capped_output.h"
#include "engine/supervisor/job.h"
#include "engine/supervisor/launch.h"
#include "engine/supervisor/record.h"

#include <sys/resource.h>
#include <sys/signalfd.h>

#include <optional>

namespace rung::engine::supervisor {

// The life of one command under its supervisor, from its release to the end of all that must end
// with it: steps 7 and 8 of docs/supervisor.md. Single-threaded; lives in `rung-step` only.
//
// SIGTERM, kCancelSignal and SIGCHLD are blocked and come through `signals`. The first two are
// requests to cancel.
class Supervision {
 public:
  Supervision(const Job& job, Launched child, DurableFile signals);

  // Until the command and, where they must not live on, its processes have ended, and its output
  // is at its end or 2 seconds old.
  void run();

  // How it ended; the kept files are filled in by `finish_outputs`. Requires: run() returned.
  Exited exited();
  // What is in the files `stdout` and `stderr`, and durable only after sync_outputs.
  Result<void> sync_outputs();
  const SecretWords& secrets() const { return secrets_; }

 private:
  enum class Phase : std::uint8_t {
    running,   // the command runs
    stopping,  // TERM was sent to the whole tree; until `act_at_` it may end by itself
    killing,   // KILL is sent in rounds until nobody is left, or `give_up_at_`
    draining,  // the command has ended; whoever keeps its pipes is read until `act_at_`
    over,
  };

  void wait_for_something();
  void pump(DurableFile& from, CappedOutput& into);
  void read_signals();
  void reap();
  void child_ended();
  void on_time();
  void stop(ExitReason reason, std::int64_t grace_ns);
  void begin_killing();
  void kill_round();
  void drain();
  void arm(std::int64_t at_boot_ns);

  const Job& job_;
  Launched child_;
  DurableFile signals_;
  DurableFile timer_;  // made when first needed
  const SecretWords secrets_;
  CappedOutput out_, err_;

  Phase phase_ = Phase::running;
  std::optional<int> status_;  // of the command itself
  bool has_children_ = true;   // waitpid has not said ECHILD
  bool is_asked_to_ = false;   // to cancel
  std::int64_t asked_grace_ns_ = 0;
  std::int64_t act_at_ = 0;  // CLOCK_BOOTTIME; 0: no time is awaited
  std::int64_t give_up_at_ = 0;
  ExitReason reason_ = ExitReason::ended;
  std::uint32_t survived_ = 0;
  rusage usage_{};
};

std::int64_t boot_now_ns();

}  // namespace rung::engine::supervisor
