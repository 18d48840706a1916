#pragma once

#include "state/sqlite_database.h"
#include "state/sqlite_store.h"

namespace rung::state {

// A connection to a store that is there and of this rung's format, wherever it lies.
// not_found: no such store; conflict: another format; corrupt: no store, or damaged.
Result<Database> open_existing(const SqliteOptions& options);

}  // namespace rung::state
