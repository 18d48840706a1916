#include "base/failpoint.h"
#include "base/json.h"
#include "state/event_format.h"
#include "state/existing_store.h"
#include "state/sqlite_rows.h"
#include "state/sqlite_store.h"
#include "state/store_identity.h"
#include "state/store_owner.h"

#include <sqlite3.h>
#include <csignal>

namespace rung::state {
namespace {

constexpr std::int64_t kInboxLimit = 1000;

// A client that is interrupted has sent its command or has not: never half.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

class SqliteReader final : public Reader {
 public:
  SqliteReader(Database database, std::string path)
      : database_(std::move(database)), path_(std::move(path)) {}

  Result<std::vector<RunSummary>> runs(const RunFilter& filter) override {
    std::string sql = std::string("SELECT ") + kRunColumns + " FROM run WHERE run < ?";
    if (filter.unfinished_only) sql += " AND status < 7";
    if (!filter.runbook.empty()) sql += " AND runbook = ?3";
    sql += " ORDER BY run DESC LIMIT ?2";
    TRY(auto statement, database_.prepare(sql.c_str()));
    statement.bind(1, filter.before ? filter.before->number : INT64_MAX)
        .bind(2, static_cast<std::int64_t>(filter.limit));
    if (!filter.runbook.empty()) statement.bind_text(3, filter.runbook);
    return all_runs(statement);
  }

  Result<RunSummary> run(RunId run) override { return read_run(database_, run); }

  Result<std::vector<Positioned>> events(RunId run, Seq after, std::size_t limit) override {
    if (after.number == 0) {
      TRY(read_run(database_, run));
    }
    TRY(const auto rows, read_events(database_, run, after, static_cast<std::int64_t>(limit)));
    std::vector<Positioned> events;
    for (const Recorded& row : rows) {
      TRY(auto event, decode(row.event));
      const Seq seq{after.number + 1 + static_cast<std::int64_t>(events.size())};
      events.push_back({seq, std::move(event)});
    }
    return events;
  }

  Result<std::string> plan(const std::string& hash) override {
    return read_blob(database_, parse_sha256(hash));
  }

  Result<StoreId> store_id() override {
    TRY(const StoreMeta meta, read_meta(database_));
    return meta.store;
  }

  Result<std::vector<LockRow>> locks() override { return read_locks(database_, "name, run, step"); }
  Result<std::vector<Freeze>> freezes() override { return read_freezes(database_); }

  Result<std::optional<RunClaimed>> last_claim(RunId run) override {
    constexpr int kType = Format<RunClaimed>::type.number;
    TRY(auto statement, database_.prepare("SELECT max(seq) FROM event WHERE run = ? AND type = ?"));
    TRY(statement.bind(1, run.number).bind(2, kType).step());
    std::optional<RunClaimed> claim;
    if (statement.is_null(0)) return claim;
    const Seq before{statement.integer(0) - 1};
    TRY(const auto rows, read_events(database_, run, before, 1));
    TRY(const Event event, decode(rows.front().event));
    if (const auto* found = std::get_if<RunClaimed>(&event.payload)) claim = *found;
    return claim;
  }

  Result<void> send(const Command& command) override {
    TRY(refuse_foreign_store(path_));
    const SignalsBlocked guard;
    TRY(Transaction transaction, Transaction::begin(database_));
    TRY(const auto waiting, database_.integer("SELECT count(*) FROM command WHERE state = 0"));
    if (waiting.value_or(0) >= kInboxLimit) {
      return Error{ErrorCode::exhausted,
                   "1,000 commands wait for a decision: is an engine running?"};
    }
    TRY(insert(command));
    failpoint::reach("command.insert", command.kind);
    TRY(transaction.commit());
    failpoint::reach("command.inserted", command.kind);
    return success();
  }

  Result<std::optional<CommandResult>> result(const CommandId& id) override {
    TRY(auto statement, database_.prepare("SELECT state, result FROM command WHERE id = ?"));
    TRY(const bool has_row, statement.bind_blob(1, bytes_of(id)).step());
    if (!has_row) {
      return Error{ErrorCode::not_found, "there is no command " + to_string(id) + " in this store"};
    }
    const std::int64_t state = statement.integer(0);
    if (state == 0) return std::optional<CommandResult>{};
    TRY(auto value, from_journal_json(statement.text(1)));
    CommandResult result{id, state == 1, {}};
    if (Value::Map* map = value.map()) result.result = std::move(*map);
    return std::optional{std::move(result)};
  }

  Result<std::int64_t> data_version() override {
    TRY(const auto version, database_.integer("PRAGMA data_version"));
    return version.value_or(0);
  }

 private:
  Result<void> insert(const Command& command) {
    TRY(auto statement,
        database_.prepare("INSERT INTO command (id, run, kind, args, who, at, state) "
                          "VALUES (?, ?, ?, ?, ?, ?, 0)"));
    const std::string args = to_journal_json(command.args);
    statement.bind_blob(1, bytes_of(command.id))
        .bind_text(3, command.kind)
        .bind_text(4, args)
        .bind_text(5, command.who)
        .bind(6, command.at.time_since_epoch().count());
    if (command.run) statement.bind(2, command.run->number);
    return statement.run();
  }

  Database database_;
  const std::string path_;
};

}  // namespace

Result<std::unique_ptr<Reader>> open_sqlite_reader(const SqliteOptions& options) {
  TRY(Database database, open_existing(options));
  // A reader that leaves last does not take the log over: that is the owner's work.
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return std::unique_ptr<Reader>{std::make_unique<SqliteReader>(std::move(database), options.path)};
}

}  // namespace rung::state
