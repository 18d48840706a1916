#include "state/sqlite_schema.h"

#include <array>

namespace rung::state {
namespace {

// docs/journal-format.md explains each column. Status numbers are those of RunStatus; 7 is the
// first terminal one.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  store BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  next_run INTEGER NOT NULL,
  machine TEXT NOT NULL,
  boot TEXT NOT NULL,
  device INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  incarnation INTEGER NOT NULL,
  pulse INTEGER NOT NULL
);
CREATE TABLE event (
  pos INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  type INTEGER NOT NULL,
  ver INTEGER NOT NULL,
  at INTEGER NOT NULL,
  step TEXT NOT NULL,
  payload,
  hash BLOB NOT NULL
);
CREATE UNIQUE INDEX event_by_run ON event (run, seq);
CREATE INDEX event_with_blob ON event (payload) WHERE typeof(payload) = 'blob';
CREATE TABLE run (
  run INTEGER PRIMARY KEY,
  runbook TEXT NOT NULL,
  plan BLOB NOT NULL,
  status INTEGER NOT NULL,
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  wake_at INTEGER
);
CREATE INDEX run_unfinished ON run (status, wake_at) WHERE status < 7;
CREATE TABLE blob (
  hash BLOB PRIMARY KEY,
  body TEXT NOT NULL
);
CREATE TABLE command (
  pos INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  run INTEGER,
  kind TEXT NOT NULL,
  args TEXT NOT NULL,
  who TEXT NOT NULL,
  at INTEGER NOT NULL,
  state INTEGER NOT NULL,
  result TEXT
);
CREATE INDEX command_undecided ON command (state) WHERE state = 0;
CREATE TABLE dedupe (
  key TEXT PRIMARY KEY,
  run INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

// The locks of unfinished runs: a run of before has none.
constexpr const char* kVersion2 = R"sql(
CREATE TABLE lock (
  run INTEGER NOT NULL,
  name TEXT NOT NULL,
  shared INTEGER NOT NULL,
  asked_at INTEGER NOT NULL,
  taken_at INTEGER,
  PRIMARY KEY (run, name)
) WITHOUT ROWID;
)sql";

// Standing orders that nothing begins: a store of before has none.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE freeze (
  runbook TEXT PRIMARY KEY,
  who TEXT NOT NULL,
  say TEXT NOT NULL,
  at INTEGER NOT NULL,
  until INTEGER
) WITHOUT ROWID;
)sql";

// Groups of steps hold locks too: those of before are all of runs.
constexpr const char* kVersion4 = R"sql(
ALTER TABLE lock RENAME TO lock_of_run;
CREATE TABLE lock (
  run INTEGER NOT NULL,
  step TEXT NOT NULL,
  name TEXT NOT NULL,
  shared INTEGER NOT NULL,
  asked_at INTEGER NOT NULL,
  taken_at INTEGER,
  PRIMARY KEY (run, step, name)
) WITHOUT ROWID;
INSERT INTO lock SELECT run, '', name, shared, asked_at, taken_at FROM lock_of_run;
DROP TABLE lock_of_run;
)sql";

constexpr std::array kMigrations{Migration{1, kVersion1}, Migration{2, kVersion2},
                                 Migration{3, kVersion3}, Migration{4, kVersion4}};

Error newer(const Database& database, std::int64_t version, int known) {
  return {ErrorCode::conflict,
          "the store " + database.path() + " has format " + std::to_string(version) +
              ", and this rung knows up to " + std::to_string(known) +
              ": a newer rung wrote it. Use that one, or another store (--store). Nothing was "
              "changed"};
}

Error of_another_program(const Database& database) {
  return {ErrorCode::corrupt, database.path() +
                                  " is an SQLite database of another program, not a store of rung. "
                                  "Name another file with --store. Nothing was changed"};
}

Result<void> expect(Database& database, const char* sql, std::int64_t value) {
  TRY(const auto found, database.integer(sql));
  if (found == value) return success();
  return Error{ErrorCode::unavailable,
               "the store " + database.path() + ": SQLite does not keep \"" + sql + "\" at " +
                   std::to_string(value) + "; rung does not write without it"};
}

// Only an empty file takes these.
Result<void> begin_file(Database& database) {
  TRY(database.execute("PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL"));
  return success();
}

Result<void> copy_before(Database& database, int version) {
  const std::string copy = database.path() + ".before-v" + std::to_string(version);
  create_for_owner_only(copy);
  TRY(auto statement, database.prepare("VACUUM INTO ?"));
  statement.bind_text(1, copy);
  if (auto copied = statement.run(); !copied) {
    return std::move(copied).error().with_context(
        "while copying the store to " + copy +
        " before its format changes (move an older copy of that name away)");
  }
  return success();
}

Result<void> apply(Database& database, int from, const FillNew& fill_new,
                   std::span<const Migration> known) {
  TRY(auto transaction, Transaction::begin(database));
  for (const Migration& migration : known) {
    if (migration.to > from) {
      TRY(database.execute(migration.sql));
    }
  }
  if (from == 0) {
    TRY(fill_new(database));
  }
  const std::string marks = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(known.back().to);
  TRY(database.execute(marks.c_str()));
  return transaction.commit();
}

}  // namespace

std::span<const Migration> migrations() {
  return kMigrations;
}

Result<void> configure_connection(Database& database) {
  TRY(database.execute(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
      "PRAGMA secure_delete = FAST; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
      "PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 0;"
      "PRAGMA journal_size_limit = 67108864"));
  return expect(database, "PRAGMA synchronous", 2);
}

Result<Standing> standing_of(Database& database, std::span<const Migration> known) {
  TRY(const auto application, database.integer("PRAGMA application_id"));
  TRY(const auto version, database.integer("PRAGMA user_version"));
  TRY(const auto tables, database.integer("SELECT count(*) FROM sqlite_schema"));
  if (application == 0 && version == 0 && tables == 0) return Standing{0};
  if (application != kApplicationId) return of_another_program(database);
  if (*version > known.back().to) return newer(database, *version, known.back().to);
  return Standing{static_cast<int>(*version)};
}

Result<void> bring_up_to_date(Database& database, const FillNew& fill_new,
                              std::span<const Migration> known) {
  TRY(const Standing standing, standing_of(database, known));
  if (standing.version == 0) {
    TRY(begin_file(database));
  }
  TRY(const std::string mode, database.text("PRAGMA journal_mode = WAL"));
  if (mode != "wal") {
    return Error{ErrorCode::unavailable, "the store " + database.path() +
                                             " cannot use a write-ahead log here (journal mode " +
                                             mode + "): put it on a local disk"};
  }
  if (standing.version == known.back().to) return success();
  if (standing.version > 0) {
    TRY(copy_before(database, standing.version));
  }
  return apply(database, standing.version, fill_new, known);
}

}  // namespace rung::state
