#pragma once

#include "base/hash.h"
#include "state/sqlite_store.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace rung::state {

// What `rung gc` and `rung doctor` do to a store. All of them are synchronous, on any thread, with
// a connection of their own. not_found: no such store; the other codes are those of
// open_sqlite_store.

struct GcOptions {
  TimePoint now{};
  Duration older_than{};      // finished before that
  std::size_t keep_last = 0;  // of the finished ones, however old
};
struct GcReport {
  std::int64_t runs = 0;
  std::int64_t events = 0;
  std::int64_t plans_and_texts = 0;
  std::int64_t commands = 0;
  std::int64_t bytes = 0;  // given back to the file system
};
// Deletes finished runs with their events, then texts that nothing refers to, commands decided
// more than a day ago, and free pages. In short transactions, beside an owner too. Numbers of
// deleted runs are not used again.
Result<GcReport> collect_garbage(const SqliteOptions& options, const GcOptions& what);

struct Verified {
  std::int64_t runs = 0;
  std::int64_t events = 0;
  Sha256 last{};  // of one run: the hash of its last event, which stands for all before it
};
// That the events of one run, or of all, are what was written (their hash chain), and, for all,
// that SQLite finds the file sound. corrupt: the message names the first event that is not.
Result<Verified> verify_chains(const SqliteOptions& options, std::optional<RunId> run = {});

// "This is the only copy": the store belongs to where it lies now. The caller holds the OwnerLock.
Result<void> accept_moved(const SqliteOptions& options);

struct Restored {
  std::int64_t runs_paused = 0;
  std::int64_t steps_in_doubt = 0;
};
// "This comes from a backup": the same, and every unfinished run is paused, every step whose
// attempt has no outcome is in doubt, all in one transaction. The caller holds the OwnerLock.
Result<Restored> accept_restored(const SqliteOptions& options, TimePoint now);

}  // namespace rung::state
