#pragma once

#include "base/durable_file.h"
#include "base/host.h"
#include "base/result.h"
#include "base/time.h"
#include "engine/supervisor/output_limits.h"
#include "engine/supervisor/process_tree.h"
#include "engine/supervisor/record.h"
#include "engine/supervisor/verdict.h"

#include <string>
#include <string_view>
#include <vector>

namespace rung::engine::supervisor {

// What the journal knows about an attempt whose command was given to a supervisor.
struct AttemptTrace {
  std::string folder;  // attempt_folder
  std::string cookie;  // attempt_cookie
  Host started_on;     // as in the intent
};

struct Finding {
  Verdict verdict{};  // never voids_first: examine has done it
  std::string_view reason;
  Record record;
  std::vector<SeenProcess> children;  // for `orphaned`
};

// Looks at the folder, the lock and the processes, and judges (verdict.h). Where the table says
// so it voids the record, so that a late supervisor loses. Call it after a restart, and when a
// supervisor's link or watch says that it ended. Only the engine that owns the run may call it.
//
// Usually some microseconds; where a supervisor died while its command ran, it reads all of /proc.
// unavailable: the record cannot be read or written now; nothing is decided, ask again.
Result<Finding> examine(const AttemptTrace& trace, const Host& now);

// Waits for a supervisor that another engine started.
class Watch {
 public:
  Watch(std::string folder, const Finding& finding);

  // Readable when the supervisor is gone; has_ended may still say no for a moment, while a child
  // that never began lets go of the lock. -1: it lives in another pid namespace, is just gone, or
  // has not said who it is. In all of these ask has_ended now and then, say each 100 ms.
  int pidfd() const { return pidfd_.fd(); }

  // The lock is free, so that `examine` will not find it running.
  bool has_ended() const;

  // As Supervised::cancel. False: it is gone, or cannot be signalled from here.
  bool cancel(Duration grace) const;

 private:
  std::string folder_;
  DurableFile pidfd_;
};

// How a command ended, and what it wrote to $RUNG_OUTPUT_FILE.
struct Ending {
  Exited exited;
  std::string output;
};

// not_found: there is no valid end on record. corrupt: the output is not what it was at the end.
// exhausted: the command wrote more than kOutputFileLimit bytes to its output file.
Result<Ending> read_exit(const std::string& folder);

// "stdout" or "stderr", at most `limit_bytes` of it: head and tail, with a line between them that
// says how much is missing. Also of a command that still runs, or whose supervisor died, with a
// KeptFile of zeros: then a stream over its cap has its second half in the order of a ring.
std::string read_stream(const std::string& folder, std::string_view name, const KeptFile& kept,
                        std::size_t limit_bytes = kShownStreamLimit);

// Processes that the command left running, as "PID NAME".
std::vector<std::string> read_leftovers(const std::string& folder);

// How an attempt whose command ended so ends.
enum class AttemptEnd : std::uint8_t { done, not_done, failed, unknown };
AttemptEnd attempt_end(const Exited& exited);

// "exit code 3", "ended by signal 9 (Killed)", "stopped at its deadline", "cannot execute it: No
// such file".
std::string describe(const Exited& exited);

// Processes of an attempt that live on without a supervisor, known by RUNG_ATTEMPT_ID in their
// environment. Reads all of /proc.
std::vector<SeenProcess> remains(std::string_view cookie);

// One round of SIGSTOP and SIGKILL to all of them; their number before it. Call it again, some
// milliseconds later, until it is 0.
std::size_t kill_remains(std::string_view cookie);

}  // namespace rung::engine::supervisor
