#pragma once

#include "base/result.h"

#include <atomic>
#include <cstdint>
#include <string>

namespace rung::state {

// What the file operations of one store add up to, and where they are. The shim below notes it for
// the thread that is inside an IoScope.
struct IoNotes {
  std::atomic<std::int64_t> syncs{0};
  // The detail of the failpoints: the newest event of the batch as "STEP/TYPE", or "commands" where
  // it has none, or "upkeep" for what is no batch.
  std::string place = "upkeep";
};

class IoScope {
 public:
  explicit IoScope(IoNotes& notes);
  ~IoScope();
  IoScope(const IoScope&) = delete;
  IoScope& operator=(const IoScope&) = delete;

 private:
  IoNotes* before_;
};

// The name of a VFS that passes every call on to `below` (nullptr: SQLite's own), counts syncs, and
// holds the failpoints store.write and store.sync. Registers it at its first use; from any thread.
// not_found: there is no VFS of that name.
Result<std::string> counting_vfs(const char* below);

}  // namespace rung::state
