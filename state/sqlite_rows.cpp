#include "state/sqlite_rows.h"

#include "base/json.h"

#include <algorithm>

namespace rung::state {
namespace {

TimePoint time_from(std::int64_t ns) {
  return TimePoint{Duration{ns}};
}

std::optional<TimePoint> time_in(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return time_from(row.integer(column));
}

void bind_time(Statement& statement, int index, const std::optional<TimePoint>& time) {
  if (time) {
    statement.bind(index, time->time_since_epoch().count());
  } else {
    statement.bind_null(index);
  }
}

}  // namespace

Sha256 hash_from(std::string_view bytes) {
  Sha256 hash{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
  return hash;
}

Uuid uuid_from_bytes(std::string_view bytes) {
  Uuid uuid;
  std::copy_n(bytes.begin(), std::min(bytes.size(), uuid.bytes.size()), uuid.bytes.begin());
  return uuid;
}

Result<RunSummary> run_in(const Statement& row) {
  const std::int64_t status = row.integer(3);
  if (status < 0 || status > static_cast<std::int64_t>(RunStatus::cancelled)) {
    return Error{ErrorCode::corrupt, "run " + std::to_string(row.integer(0)) + " has the status " +
                                         std::to_string(status) + ", which never was"};
  }
  return RunSummary{.run = RunId{row.integer(0)},
                    .runbook = row.text(1),
                    .plan = to_hex(hash_from(row.blob(2))),
                    .status = static_cast<RunStatus>(status),
                    .reason = row.text(4),
                    .who = row.text(5),
                    .created_at = time_from(row.integer(6)),
                    .finished_at = time_in(row, 7),
                    .wake_at = time_in(row, 8)};
}

void bind_run(Statement& statement, const RunSummary& run, const Sha256& plan) {
  statement.bind(1, run.run.number)
      .bind_text(2, run.runbook)
      .bind_blob(3, bytes_of(plan))
      .bind(4, static_cast<std::int64_t>(run.status))
      .bind_text(5, run.reason)
      .bind_text(6, run.who)
      .bind(7, run.created_at.time_since_epoch().count());
  bind_time(statement, 8, run.finished_at);
  bind_time(statement, 9, run.wake_at);
}

Result<Command> command_in(const Statement& row) {
  auto args = from_journal_json(row.text(3));
  if (!args) return std::move(args).error().with_context("while reading a command's arguments");
  Command command{.id = uuid_from_bytes(row.blob(0)),
                  .run = std::nullopt,
                  .kind = row.text(2),
                  .args = {},
                  .who = row.text(4),
                  .at = time_from(row.integer(5))};
  if (!row.is_null(1)) command.run = RunId{row.integer(1)};
  if (Value::Map* map = args.value().map()) command.args = std::move(*map);
  return command;
}

Result<std::vector<Recorded>> read_events(Database& database, RunId run, Seq after,
                                          std::int64_t limit) {
  TRY(auto statement, database.prepare("SELECT type, ver, at, step, payload, hash FROM event "
                                       "WHERE run = ? AND seq > ? ORDER BY seq LIMIT ?"));
  statement.bind(1, run.number).bind(2, after.number).bind(3, limit);
  std::vector<Recorded> events;
  for (;;) {
    TRY(const bool has_row, statement.step());
    if (!has_row) return events;
    Recorded recorded{{.type = static_cast<std::int32_t>(statement.integer(0)),
                       .version = static_cast<std::int32_t>(statement.integer(1)),
                       .at = time_from(statement.integer(2)),
                       .step = statement.text(3),
                       .payload = ""},
                      hash_from(statement.blob(5))};
    if (statement.is_blob(4)) {
      TRY(recorded.event.payload, read_blob(database, hash_from(statement.blob(4))));
    } else {
      recorded.event.payload = statement.text(4);
    }
    events.push_back(std::move(recorded));
  }
}

Result<std::string> read_blob(Database& database, const Sha256& hash) {
  TRY(auto statement, database.prepare("SELECT body FROM blob WHERE hash = ?"));
  statement.bind_blob(1, bytes_of(hash));
  TRY(const bool has_row, statement.step());
  if (!has_row) {
    return Error{ErrorCode::not_found, "the text " + to_hex(hash) + " is not in the store"};
  }
  std::string body = statement.text(0);
  if (sha256({body}) == hash) return body;
  return Error{ErrorCode::corrupt, "the text " + to_hex(hash) +
                                       " was changed or damaged after it was written: restore the "
                                       "store from a backup"};
}

Result<std::vector<RunSummary>> all_runs(Statement& statement) {
  std::vector<RunSummary> runs;
  for (;;) {
    TRY(const bool has_row, statement.step());
    if (!has_row) return runs;
    TRY(auto run, run_in(statement));
    runs.push_back(std::move(run));
  }
}

Result<RunSummary> read_run(Database& database, RunId run) {
  const std::string sql = std::string("SELECT ") + kRunColumns + " FROM run WHERE run = ?";
  TRY(auto statement, database.prepare(sql.c_str()));
  TRY(const bool has_row, statement.bind(1, run.number).step());
  if (has_row) return run_in(statement);
  return Error{ErrorCode::not_found, "there is no run " + std::to_string(run.number) +
                                         " in this store: `rung ls` shows what there is"};
}

Result<Journal> read_journal(Database& database, RunId run) {
  TRY(auto summary, read_run(database, run));
  TRY(const auto rows, read_events(database, run, Seq{0}, -1));
  TRY(auto events, decode_journal(run, rows));
  return Journal{std::move(summary), std::move(events)};
}

// Both halves are found by the index of the unfinished runs, however many are finished.
Result<std::vector<RunSummary>> read_due(Database& database, TimePoint now, RunId after,
                                         std::size_t limit) {
  const std::string select =
      std::string("SELECT ") + kRunColumns + " FROM run WHERE status < 7 AND run > ?1 ";
  const std::string sql = select + "AND status IN (0, 1, 5) UNION ALL " + select +
                          "AND status IN (2, 3, 4, 6) AND wake_at <= ?2 ORDER BY run LIMIT ?3";
  TRY(auto statement, database.prepare(sql.c_str()));
  statement.bind(1, after.number)
      .bind(2, now.time_since_epoch().count())
      .bind(3, static_cast<std::int64_t>(limit));
  return all_runs(statement);
}

Result<std::optional<TimePoint>> read_next_wake(Database& database) {
  // One look for each status: the index begins with it.
  TRY(auto statement, database.prepare("SELECT min(wake_at) FROM run WHERE status < 7 AND "
                                       "status = ? AND wake_at NOT NULL"));
  std::optional<TimePoint> next;
  for (int status = 0; status < static_cast<int>(RunStatus::succeeded); ++status) {
    TRY(const bool has_row, statement.bind(1, status).step());
    const auto wake_at = has_row ? time_in(statement, 0) : std::nullopt;
    statement.reset();
    if (wake_at) next = next ? std::min(*next, *wake_at) : *wake_at;
  }
  return next;
}

Result<std::vector<LockRow>> read_locks(Database& database, const char* order) {
  const std::string sql =
      std::string("SELECT run, name, shared, asked_at, taken_at, step FROM lock ORDER BY ") + order;
  TRY(auto statement, database.prepare(sql.c_str()));
  std::vector<LockRow> locks;
  for (;;) {
    TRY(const bool has_row, statement.step());
    if (!has_row) return locks;
    locks.push_back({RunId{statement.integer(0)}, statement.text(1), statement.integer(2) != 0,
                     time_from(statement.integer(3)), time_in(statement, 4), statement.text(5)});
  }
}

Result<std::vector<Freeze>> read_freezes(Database& database) {
  TRY(auto statement,
      database.prepare("SELECT runbook, who, say, at, until FROM freeze ORDER BY runbook"));
  std::vector<Freeze> freezes;
  for (;;) {
    TRY(const bool has_row, statement.step());
    if (!has_row) return freezes;
    freezes.push_back({statement.text(0), statement.text(1), statement.text(2),
                       time_from(statement.integer(3)), time_in(statement, 4)});
  }
}

Result<std::vector<Command>> read_pending(Database& database, std::size_t limit) {
  TRY(auto statement, database.prepare("SELECT id, run, kind, args, who, at FROM command "
                                       "WHERE state = 0 ORDER BY pos LIMIT ?"));
  statement.bind(1, static_cast<std::int64_t>(limit));
  std::vector<Command> commands;
  for (;;) {
    TRY(const bool has_row, statement.step());
    if (!has_row) return commands;
    TRY(auto command, command_in(statement));
    commands.push_back(std::move(command));
  }
}

}  // namespace rung::state
