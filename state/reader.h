#pragma once

#include "state/store.h"

#include <cstddef>
#include <memory>

namespace rung::state {

struct RunFilter {
  bool unfinished_only = false;
  std::string runbook{};  // "" for any
  std::size_t limit = 50;
  std::optional<RunId> before{};  // for the next page, newest first
};

// Looks at a store without owning it: short read transactions, nothing held open in between.
// Synchronous; for the command line and its screens. One thread.
class Reader {
 public:
  virtual ~Reader() = default;

  // Newest first.
  virtual Result<std::vector<RunSummary>> runs(const RunFilter& filter) = 0;
  virtual Result<RunSummary> run(RunId run) = 0;
  // Events after `after`, at most `limit`, each with its position.
  struct Positioned {
    Seq seq{};
    Event event{};
  };
  virtual Result<std::vector<Positioned>> events(RunId run, Seq after, std::size_t limit) = 0;
  virtual Result<std::string> plan(const std::string& hash) = 0;
  virtual Result<StoreId> store_id() = 0;
  // Of all unfinished runs, by name and run.
  virtual Result<std::vector<LockRow>> locks() = 0;
  // Those that stand, by runbook; also those whose time is over.
  virtual Result<std::vector<Freeze>> freezes() = 0;
  // The engine that drove the run last; none has where it is empty.
  virtual Result<std::optional<RunClaimed>> last_claim(RunId run) = 0;

  // Sends a command: a row of its own transaction, on disk before this returns. exhausted: the
  // inbox is full (1,000 undecided). The caller wakes the owner (state/owner.h).
  virtual Result<void> send(const Command& command) = 0;
  // Empty while it is undecided.
  virtual Result<std::optional<CommandResult>> result(const CommandId& id) = 0;

  // Changes whenever anything was committed by another connection.
  virtual Result<std::int64_t> data_version() = 0;
};

}  // namespace rung::state
