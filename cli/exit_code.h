#pragma once

#include "base/error.h"

namespace rung::cli {

// What `rung` tells the shell. Scripts rest on these numbers: docs/cli.md lists them.
enum class ExitCode : unsigned char {
  succeeded = 0,
  failed = 1,        // also undone and cancelled
  usage = 2,         // also an invalid runbook
  tolerated = 3,     // succeeded, with tolerated failures or findings
  needs_person = 4,  // paused, an approval, a manual step, stuck
  in_doubt = 5,
  not_started = 6,  // cooldown, lock, freeze
  no_engine = 7,    // recorded, but no engine runs
  not_found = 10,
  conflict = 11,  // also a run that needs a newer rung
  not_allowed = 12,
  no_store = 13,      // unavailable, newer or moved
  timed_out = 124,    // --timeout passed
  interrupted = 130,  // SIGINT; the run goes on when resumed
  terminated = 143    // SIGTERM; the same
};

ExitCode exit_code_of(ErrorCode code);

}  // namespace rung::cli
