#pragma once

#include "base/host.h"
#include "base/ids.h"
#include "state/sqlite_database.h"
#include "state/store_files.h"

#include <optional>
#include <string>

namespace rung::state {

// Which file on which machine a store lies in. The number of a device may change with a boot.
struct StorePlace {
  std::string machine;
  std::string boot;
  std::int64_t device = 0;
  std::int64_t inode = 0;
};
StorePlace place_of(const std::string& path, const Host& host);

// The one row of `meta`.
struct StoreMeta {
  StoreId store;
  std::int64_t epoch = 0;
  std::int64_t next_run = 1;
  StorePlace place;
  std::int64_t incarnation = 1;  // grows when a person accepts a moved or restored store
};
Result<StoreMeta> read_meta(Database& database);
Result<void> insert_meta(Database& database, const StoreMeta& meta);
// Where it lies now is where it belongs.
Result<void> adopt_place(Database& database, const StorePlace& place);

// conflict: the file was copied or moved to another file system or machine, or an older copy was
// put in its place. Only readers open it then.
Result<void> check_identity(const std::string& path, const StoreMeta& meta, const StorePlace& now,
                            const std::optional<Ballast::Seen>& seen);

}  // namespace rung::state
