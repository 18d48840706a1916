#pragma once

#include "base/durable_file.h"
#include "engine/supervisor/job.h"
#include "engine/supervisor/record.h"

#include <cstdint>

namespace rung::engine::supervisor {

// Why the command could not be begun. Nothing of it ran.
struct LaunchFailure {
  Stage stage{};
  std::int32_t error = 0;  // errno; 0: nothing failed

  explicit operator bool() const { return stage != Stage::none; }
};

// A child that waits for its release. Where the supervisor dies first, the child reads the end of
// the pipe and ends without having executed anything.
struct Launched {
  std::int32_t pid = 0;
  DurableFile release;     // one byte into it lets the child execute the command
  DurableFile exec_error;  // a LaunchFailure, or nothing where the command was executed
  DurableFile out, err;    // what the command prints

  // The failure that the child reported. Requires: it has ended.
  LaunchFailure failure() const;
};

// Forks. `record` is closed in the child, so that the lock stays the supervisor's alone.
LaunchFailure launch(const Job& job, const DurableFile& record, Launched& launched);

}  // namespace rung::engine::supervisor
