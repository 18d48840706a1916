#pragma once

#include "base/durable_file.h"
#include "base/host.h"
#include "base/result.h"
#include "base/time.h"
#include "engine/executor.h"
#include "engine/supervisor/job.h"
#include "engine/supervisor/step_program.h"

#include <string>

namespace rung::engine::supervisor {

// A supervisor that this engine started. Letting go of it does not end it, but before `reap` said
// yes it leaves a zombie until the engine ends.
class Supervised {
 public:
  Supervised(int pid, DurableFile pidfd, DurableFile link)
      : pid_(pid), pidfd_(std::move(pidfd)), link_(std::move(link)) {}

  int pid() const { return pid_; }
  // Readable when the supervisor has written how the command ended, or is dead. Then `examine`.
  int link() const { return link_.fd(); }
  // Readable when the supervisor is gone. Then `reap`.
  int pidfd() const { return pidfd_.fd(); }

  // False: it is not gone yet. Never blocks.
  bool reap();

  // Asks it to end the command: TERM to the whole tree, and after `grace` KILL. It ends by its
  // record as ever, with reason `cancelled`. False: it is gone.
  bool cancel(Duration grace);

 private:
  int pid_;
  DurableFile pidfd_;
  DurableFile link_;
  bool is_reaped_ = false;
};

// The part of a job that follows from which attempt it is, and where. The rest is the action's.
Job job_for(const std::string& store_folder, const StoreId& store, const AttemptId& id,
            const Host& host);

// Makes the attempt's folder and starts its supervisor. The intent is on disk. Takes well below a
// millisecond, but for the copying of a large job. Where it fails, nothing has begun and no folder
// is left, but for `conflict`:
//   invalid, exhausted  the job cannot be carried out (job.h)
//   conflict            the attempt's folder exists: this attempt was started before
//   unavailable         no memory, processes, descriptors, or no tmpfs for secret files
//   denied              rung-step may not be executed here
Result<Supervised> start(StepProgram& program, Job job);

// For Supervised::cancel and adopted ones. Through `pidfd`, hence never to a stranger.
bool ask_to_end(int pidfd, Duration grace);

}  // namespace rung::engine::supervisor
