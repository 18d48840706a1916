#pragma once

#include "base/hash.h"
#include "state/chain.h"
#include "state/sqlite_database.h"
#include "state/store.h"

#include <string>
#include <string_view>
#include <vector>

namespace rung::state {

// How rows of a store read, for the owner and for readers alike.

inline std::string_view bytes_of(const Sha256& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}
inline std::string_view bytes_of(const Uuid& uuid) {
  return {reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()};
}
std::string_view bytes_of(Sha256&&) = delete;
std::string_view bytes_of(Uuid&&) = delete;
Sha256 hash_from(std::string_view bytes);
Uuid uuid_from_bytes(std::string_view bytes);

// A payload above this is kept once in `blob`, and its row holds the hash.
inline constexpr std::size_t kInlineBytes = 64UL * 1024;

inline constexpr const char* kRunColumns =
    "run, runbook, plan, status, reason, who, created_at, finished_at, wake_at";
// corrupt: a status that never was.
Result<RunSummary> run_in(const Statement& row);
// Both live until the statement's reset.
void bind_run(Statement& statement, const RunSummary& run, const Sha256& plan);

Result<Command> command_in(const Statement& row);  // id, run, kind, args, who, at

// The events of a run after `after`, at most `limit`.
Result<std::vector<Recorded>> read_events(Database& database, RunId run, Seq after,
                                          std::int64_t limit);
// The text stored under a hash. not_found; corrupt: it does not have that hash.
Result<std::string> read_blob(Database& database, const Sha256& hash);

// What Store promises of the same names.
Result<Journal> read_journal(Database& database, RunId run);
Result<RunSummary> read_run(Database& database, RunId run);
Result<std::vector<RunSummary>> read_due(Database& database, TimePoint now, RunId after,
                                         std::size_t limit);
Result<std::optional<TimePoint>> read_next_wake(Database& database);
Result<std::vector<LockRow>> read_locks(Database& database, const char* order);
Result<std::vector<Freeze>> read_freezes(Database& database);
Result<std::vector<Command>> read_pending(Database& database, std::size_t limit);

// All rows of a statement that selects kRunColumns.
Result<std::vector<RunSummary>> all_runs(Statement& statement);

}  // namespace rung::state
