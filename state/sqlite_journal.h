#pragma once

#include "state/sqlite_database.h"
#include "state/sqlite_rows.h"

#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rung::state {

// Where a journal ends.
struct JournalEnd {
  Seq seq;
  Sha256 hash{};
  friend bool operator==(const JournalEnd&, const JournalEnd&) = default;
};

// The ends of the journals that this engine writes, as they were acknowledged: what saves a look
// into the store for each write, and what must be found again after an error. A finished run is
// forgotten; above 200,000 runs all are, and looked up again when they are needed.
class KnownEnds {
 public:
  const JournalEnd* find(RunId run) const;
  void put(RunId run, const JournalEnd& end);
  void forget(RunId run) { ends_.erase(run.number); }
  void clear() { ends_.clear(); }

  template <class Visit>
  Result<void> for_each(Visit visit) const {
    for (const auto& [run, end] : ends_) {
      TRY(visit(RunId{run}, end));
    }
    return success();
  }

 private:
  std::unordered_map<std::int64_t, JournalEnd> ends_;
};

// Writes into the tables of one connection, inside the caller's transactions. A batch is: begin(),
// write() and decide() for each request, then the transaction's commit, then keep() or drop().
class JournalWriter {
 public:
  static Result<JournalWriter> open(Database& database, KnownEnds& ends);

  // The first thing in each transaction: the epoch of the store is read once.
  Result<void> begin();
  // fenced and conflict change nothing. An error leaves the transaction to be rolled back.
  Result<Committed> write(const RunWrite& write);
  Result<Committed> decide(const CommandResult& result);
  void keep();
  void drop();

  // After an error: is this write in the store?
  Result<bool> holds(const RunWrite& write);
  Result<bool> holds(const CommandResult& result);
  // corrupt: an acknowledged event is missing or another one.
  Result<void> find_acknowledged();

  std::int64_t rows() const { return rows_; }

 private:
  JournalWriter(Database& database, KnownEnds& ends) : database_(&database), ends_(&ends) {}

  Result<bool> holds_all(const std::vector<CommandResult>& results);
  void note_if_finished(const RunWrite& write);
  Result<JournalEnd> end_of(RunId run);
  Result<JournalEnd> end_in_store(RunId run);
  Result<std::optional<Sha256>> hash_at(RunId run, Seq seq);
  Result<bool> can_apply(const RunWrite& write, const JournalEnd& end);
  Result<bool> is_decided(const CommandId& id);
  Result<void> append(RunId run, JournalEnd& end, const Event& event);
  Result<void> follow_locks(RunId run, const Event& event);
  Result<void> append_payload(const std::string& payload);
  Result<void> put_plan(const RunWrite& write);
  Result<void> put_summary(const RunSummary& run);
  Result<void> put_blob(const Sha256& hash, std::string_view body);
  Result<void> put_result(const CommandResult& result);
  Result<void> change(const FreezeChange& freeze);
  Result<void> prepare();

  Database* database_;
  KnownEnds* ends_;
  std::int64_t epoch_ = 0;
  std::int64_t rows_ = 0;
  // What the open transaction changes; the last entry of a run counts.
  std::unordered_map<std::int64_t, JournalEnd> changed_;
  std::vector<std::int64_t> finished_;
  std::string put_plan_;  // hash of the last plan in it
  std::string payload_hash_;

  struct Prepared {
    Statement insert_event, last_event, event_hash, has_run, put_run, put_blob, has_dedupe,
        put_dedupe, command_state, decide_command, epoch, ask_lock, take_locks, free_group,
        free_locks, put_freeze, lift_freeze;
  };
  std::unique_ptr<Prepared> sql_;
};

}  // namespace rung::state
