#pragma once

#include "cli/console.h"
#include "service/load.h"

#include <optional>

namespace rung::cli {

// A runbook that was read, with what it is given.
struct PreparedRun {
  std::shared_ptr<const runbooks::Plan> plan;
  Value::Map inputs;
  std::string mode;
};

// Reads FILE and says everything that is wrong with it on standard error; warnings as well.
// `code` is the answer where there is nothing to go on with.
std::optional<PreparedRun> prepare_run(const Arguments& arguments, const Console& console,
                                       ExitCode& code);

// Reads FILE alone, for who needs no inputs. Empty: what is wrong was said, `code` is the answer.
std::shared_ptr<const runbooks::Plan> load_for(const Arguments& arguments, const Console& console,
                                               ExitCode& code);

// Says which secrets are not there yet: a run may begin all the same.
void hint_at_missing_secrets(const runbooks::Plan& plan, const std::string& mode,
                             const Console& console);

// " FILE --env NAME", as far as they were given, for the next command line.
std::string words_for_runbook(const Arguments& arguments);

// "3 errors, 1 warning. Nothing was run."
std::string count_line(const Diagnostics& diagnostics);
Value to_value(const Diagnostics& diagnostics);

}  // namespace rung::cli
