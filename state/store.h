#pragma once

#include "base/hash.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "state/event.h"
#include "state/freeze.h"
#include "state/lock.h"
#include "state/run_summary.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rung::state {

// A request of a person or another program, as a row that outlives its sender.
struct Command {
  CommandId id{};
  std::optional<RunId> run{};  // none: `start`
  std::string kind{};          // "start", "approve", ...
  Value::Map args{};
  std::string who{};
  TimePoint at{};
};
struct CommandResult {
  CommandId id{};
  bool is_applied = false;               // false: refused, nothing changed
  Value::Map result{};                   // {"message": ..., "run": ..., "code": ...}
  std::optional<FreezeChange> freeze{};  // of an answer
};

enum class Barrier : std::uint8_t {
  lazy,    // with the next batch, 50 ms at most
  barrier  // at once: something waits for it to be on disk
};

// Applied whole, or rejected alone: one stale run never fails the batch.
struct RunWrite {
  RunId run{};
  Epoch epoch{};
  Seq expected{};  // the journal's length before
  std::vector<Event> events{};
  std::optional<RunSummary> summary{};    // where it changed; always with RunCreated
  std::vector<CommandResult> consumed{};  // commands decided by these events; undecided till then
  // With RunCreated, always: garbage collection may have deleted what an earlier run of it stored.
  std::shared_ptr<const std::string> plan_json{};
  std::string dedupe{};  // with RunCreated: a second run of the same key is a conflict
  Barrier barrier = Barrier::barrier;
};

enum class Committed : std::uint8_t {
  committed,  // it survives power loss
  fenced,     // another engine owns the store: drop the run without acting
  conflict,   // `expected` is not the journal's length, the dedupe key exists, or a consumed
              // command was decided before
  store_down  // nothing was written; submit it again when the state is `up`
};
using Completion = std::function<void(Committed)>;

struct Journal {
  RunSummary summary{};
  std::vector<Event> events{};
};

// What the store can do now.
enum class StoreState : std::uint8_t {
  up,
  // The disk is full but for a reserve. Writes are still taken, and committed while the reserve
  // lasts: submit the outcomes of what runs, start nothing new.
  low_space,
  down,  // nothing is written; it tries again each second
  // What it acknowledged is gone, or somebody else changed it: for good. Exit (13) with the reason.
  lost
};

struct Claimed {
  Epoch epoch{};
  StoreId store{};
  std::int64_t next_run = 1;      // number of the next run to create
  std::vector<LockRow> locks{};   // of all unfinished runs, by run
  std::vector<Freeze> freezes{};  // by runbook
};

// Runs `task` on the engine thread. From any thread.
using Post = std::function<void(std::function<void()> task)>;

// Durable, append-only events of all runs. Batches the writes of many runs into one commit: the
// writer commits when idle, and what queued meanwhile is the next batch.
//
// Threads: every call from the engine thread; every callback comes back on it (through the `Post`
// given at construction), never from inside the call. The writer thread is inside.
// Order: writes are applied in the order of submission; a completion is never reordered. What is
// asked after a write sees that write.
// Bounds: where more than 100,000 requests wait, a call waits for the writer.
// Its end: what was submitted is written, and no callback comes any more.
class Store {
 public:
  virtual ~Store() = default;

  // Takes the store for this engine: epoch + 1, durable before the answer. The caller holds the
  // owner lock. With SQLite always granted.
  virtual void claim(std::function<void(Result<Claimed>)> done) = 0;

  // Makes `write` durable, whole or not at all. There is no "unknown": an ambiguous commit is
  // settled before the answer.
  // Nobody changes `write` any more: who may have to submit it again keeps it too.
  virtual void submit(std::shared_ptr<const RunWrite> write, Completion done) = 0;
  void submit(RunWrite write, Completion done) {
    submit(std::make_shared<const RunWrite>(std::move(write)), std::move(done));
  }

  // not_found; corrupt (the chain is broken, an event does not decode); conflict (needs a newer
  // rung): that run is read-only, the store goes on.
  virtual void load(RunId run, std::function<void(Result<Journal>)> done) = 0;
  // The plan stored under its hash. not_found, corrupt.
  virtual void load_plan(std::string hash, std::function<void(Result<std::string>)> done) = 0;

  // Unfinished runs that something must be done for now: status running, undoing or queued, or
  // wake_at <= now. Oldest first, at most `limit`, those after the run `after` (RunId{}: from the
  // first on); fewer than `limit` are the last.
  virtual void due(TimePoint now, RunId after, std::size_t limit,
                   std::function<void(Result<std::vector<RunSummary>>)> done) = 0;
  // When the next run wakes; none: no timer is set.
  virtual void next_wake(std::function<void(Result<std::optional<TimePoint>>)> done) = 0;

  // Commands not decided yet, oldest first, at most `limit`.
  virtual void pending_commands(std::size_t limit,
                                std::function<void(Result<std::vector<Command>>)> done) = 0;
  // Answers a command that changes no run, but perhaps a freeze. conflict: it was decided before.
  virtual void answer(CommandResult result, Completion done) = 0;

  // Called with the reason (a sentence that says what to do, or "") when the state changes. It
  // begins as `up`.
  virtual void on_state(std::function<void(StoreState state, std::string reason)> changed) = 0;
};

}  // namespace rung::state
