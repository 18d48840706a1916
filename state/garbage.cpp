#include "state/existing_store.h"
#include "state/store_owner.h"
#include "state/upkeep.h"

namespace rung::state {
namespace {

constexpr std::int64_t kRunsPerTransaction = 100;
constexpr std::chrono::hours kCommandAge{24};

std::int64_t nanoseconds(TimePoint time) {
  return time.time_since_epoch().count();
}

Result<std::int64_t> count_of(Database& database, const char* sql) {
  TRY(const auto count, database.integer(sql));
  return count.value_or(0);
}

// Marks what goes in a table of this connection: the same list for every deletion below.
Result<std::int64_t> choose(Database& database, const GcOptions& what) {
  TRY(database.execute("DELETE FROM temp.gone"));
  TRY(auto insert,
      database.prepare("INSERT INTO temp.gone SELECT run FROM run WHERE status >= 7 AND "
                       "finished_at < ? AND run NOT IN (SELECT run FROM run WHERE status >= 7 "
                       "ORDER BY run DESC LIMIT ?) ORDER BY run LIMIT ?"));
  TRY(insert.bind(1, nanoseconds(what.now - what.older_than))
          .bind(2, static_cast<std::int64_t>(what.keep_last))
          .bind(3, kRunsPerTransaction)
          .run());
  return count_of(database, "SELECT count(*) FROM temp.gone");
}

// False: there was nothing left.
Result<bool> delete_some_runs(Database& database, const GcOptions& what, GcReport& report) {
  TRY(Transaction transaction, Transaction::begin(database));
  TRY(const std::int64_t runs, choose(database, what));
  if (runs == 0) return false;
  TRY(
      database.execute("UPDATE meta SET next_run = max(next_run, "
                       "(SELECT max(run) + 1 FROM run))"));
  TRY(const std::int64_t events,
      count_of(database, "SELECT count(*) FROM event WHERE run IN (SELECT run FROM temp.gone)"));
  TRY(
      database.execute("DELETE FROM event WHERE run IN (SELECT run FROM temp.gone);"
                       "DELETE FROM dedupe WHERE run IN (SELECT run FROM temp.gone);"
                       "DELETE FROM lock WHERE run IN (SELECT run FROM temp.gone);"
                       "DELETE FROM run WHERE run IN (SELECT run FROM temp.gone)"));
  TRY(transaction.commit());
  report.runs += runs;
  report.events += events;
  return true;
}

Result<void> delete_leftovers(Database& database, const GcOptions& what, GcReport& report) {
  TRY(Transaction transaction, Transaction::begin(database));
  TRY(
      database.execute("DELETE FROM blob WHERE hash NOT IN (SELECT plan FROM run) AND hash NOT IN "
                       "(SELECT payload FROM event WHERE typeof(payload) = 'blob')"));
  TRY(report.plans_and_texts, count_of(database, "SELECT changes()"));
  TRY(auto commands, database.prepare("DELETE FROM command WHERE state <> 0 AND at < ?"));
  TRY(commands.bind(1, nanoseconds(what.now - kCommandAge)).run());
  TRY(report.commands, count_of(database, "SELECT changes()"));
  return transaction.commit();
}

}  // namespace

Result<GcReport> collect_garbage(const SqliteOptions& options, const GcOptions& what) {
  TRY(refuse_foreign_store(options.path));
  TRY(Database database, open_existing(options));
  TRY(database.execute("CREATE TEMP TABLE gone (run INTEGER PRIMARY KEY)"));
  GcReport report;
  for (bool is_more = true; is_more;) {
    TRY(is_more, delete_some_runs(database, what, report));
  }
  TRY(delete_leftovers(database, what, report));
  TRY(const std::int64_t before, count_of(database, "PRAGMA page_count"));
  TRY(database.execute("PRAGMA incremental_vacuum"));
  TRY(const std::int64_t after, count_of(database, "PRAGMA page_count"));
  TRY(const std::int64_t page_bytes, count_of(database, "PRAGMA page_size"));
  report.bytes = (before - after) * page_bytes;
  TRY(database.execute("PRAGMA wal_checkpoint(PASSIVE)"));
  return report;
}

}  // namespace rung::state
