#pragma once

#include "base/host.h"
#include "base/log.h"
#include "state/reader.h"
#include "state/store.h"

#include <cstdint>
#include <memory>
#include <string>

namespace rung::state {

struct SqliteOptions {
  std::string path;
  Host host{};
  const char* vfs = nullptr;  // tests: the power-cut shim
};

// What a store did since it was opened: for tests and measurements, exact.
struct StoreCounts {
  std::int64_t commits = 0;      // transactions that wrote
  std::int64_t syncs = 0;        // of the database and its log
  std::int64_t rows = 0;         // events
  std::int64_t checkpoints = 0;  // the log taken over into the database
};

// A store in one SQLite file with WAL (docs/journal-format.md).
class SqliteStore : public Store {
 public:
  // From any thread.
  virtual StoreCounts counts() const = 0;
};

// Creates it, or opens and migrates it, before it returns; the caller holds the OwnerLock.
// unavailable: cannot be created, read-only, on a network file system, disk full (the message says
// what to do); conflict: a newer rung wrote it, or it was copied or restored
// (`rung doctor --moved` / `--restored`); corrupt: no store of ours, or damaged.
Result<std::unique_ptr<SqliteStore>> open_sqlite_store(const SqliteOptions& options, Post post,
                                                       Log& log);

// For reading and for sending commands, beside an owner or without one, also where a store was
// copied or restored. not_found: no such store; conflict: a newer rung wrote it; corrupt.
Result<std::unique_ptr<Reader>> open_sqlite_reader(const SqliteOptions& options);

}  // namespace rung::state
