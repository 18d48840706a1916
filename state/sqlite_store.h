#pragma once

#include "base/host.h"
#include "base/log.h"
#include "state/reader.h"
#include "state/store.h"

#include <memory>
#include <string>

namespace rung::state {

struct SqliteOptions {
  std::string path;
  Host host;
  const char* vfs = nullptr;  // tests: the power-cut shim
};

// A store in one SQLite file with WAL (docs/journal-format.md). Creates it, or opens and migrates
// it, before it returns; the caller holds the OwnerLock.
// unavailable: cannot be created, read-only, on a network file system, disk full (the message says
// what to do); conflict: a newer rung wrote it, or it was copied or restored
// (`rung doctor --moved` / `--restored`); corrupt: no store of ours, or damaged.
Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options, Post post, Log& log);

// For reading and for sending commands, beside an owner or without one. not_found: no such store.
Result<std::unique_ptr<Reader>> open_sqlite_reader(const SqliteOptions& options);

}  // namespace rung::state
