#pragma once

#include "actions/action.h"

namespace rung::actions {

// What the end of a command line means, for every action that is one:
//   exit 0                       Done with exit_code, stdout, stderr and the declared outputs;
//                                Failed(invalid) where those cannot be read
//   exit 1..255                  Failed(refused) with the last lines of its standard error
//   signal, deadline, cancelled  Unknown
//   not executed                 NotDone
Outcome outcome_of(const RunRequest& request, const CommandEnd& end);

// For a command that looks: exit 0 Done (with the declared outputs that it wrote), 1 NotDone,
// anything else Unknown.
ProbeAnswer probe_answer_of(const RunRequest& request, const CommandEnd& end);

}  // namespace rung::actions
