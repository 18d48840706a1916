#pragma once

#include "state/request_queue.h"
#include "state/sqlite_journal.h"
#include "state/sqlite_store.h"
#include "state/sqlite_vfs.h"
#include "state/store_identity.h"

#include <atomic>
#include <memory>
#include <span>

namespace rung::state {

// StoreCounts as the writer thread keeps them.
struct LiveCounts {
  std::atomic<std::int64_t> commits{0};
  std::atomic<std::int64_t> rows{0};
  std::atomic<std::int64_t> checkpoints{0};
  IoNotes io;
};

// The owner's connection: opened anew after each error. One thread at a time.
class StoreConnection {
 public:
  // Creates (unless `mode` says that it must be there) and migrates what is to be, and checks that
  // the file is where it belongs.
  static Result<std::unique_ptr<StoreConnection>> open(const SqliteOptions& options,
                                                       KnownEnds& ends, LiveCounts& counts,
                                                       Database::Mode mode);

  // One transaction for all writes and answers among `requests`. The answers are in their order;
  // a question has one too, of no meaning.
  Result<std::vector<Committed>> commit(std::span<const Request> requests);
  // After an error in commit(): for each request whether it is in the store all the same.
  Result<std::vector<bool>> settle(std::span<const Request> requests);
  Result<void> find_acknowledged() { return writer_->find_acknowledged(); }

  Result<Claimed> claim(const StorePlace& place);
  // A small real commit: does the disk take one?
  Result<void> pulse();

  // How much lies in the log, in bytes, that is not yet in the database.
  std::int64_t log_bytes() const { return log_pages_ * kPageBytes; }
  // False: a reader is in the way; later.
  enum class Checkpoint : std::uint8_t { passive, restart, truncate };
  Result<bool> checkpoint(Checkpoint how);

  Database& database() { return database_; }
  const StoreMeta& meta() const { return meta_; }

 private:
  static constexpr std::int64_t kPageBytes = 4096;

  StoreConnection(Database database, LiveCounts& counts)
      : database_(std::move(database)), counts_(&counts) {}
  Result<std::vector<Committed>> write_all(std::span<const Request> requests);
  Result<void> finish(Transaction& transaction);

  Database database_;
  LiveCounts* counts_;
  std::unique_ptr<JournalWriter> writer_;
  StoreMeta meta_;
  std::int64_t log_pages_ = 0;
};

}  // namespace rung::state
