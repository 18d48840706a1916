#include "state/sqlite_journal.h"

#include "base/ensure.h"
#include "base/json.h"
#include "state/codec.h"

#include <algorithm>

namespace rung::state {
namespace {

constexpr std::size_t kKnownEndsLimit = 200'000;

}  // namespace

const JournalEnd* KnownEnds::find(RunId run) const {
  const auto found = ends_.find(run.number);
  return found == ends_.end() ? nullptr : &found->second;
}

void KnownEnds::put(RunId run, const JournalEnd& end) {
  if (ends_.size() >= kKnownEndsLimit) ends_.clear();
  ends_.insert_or_assign(run.number, end);
}

Result<JournalWriter> JournalWriter::open(Database& database, KnownEnds& ends) {
  JournalWriter writer{database, ends};
  TRY(writer.prepare());
  return writer;
}

Result<void> JournalWriter::prepare() {
  const auto sql = [this](const char* text) { return database_->prepare(text); };
  TRY(auto insert_event, sql("INSERT INTO event (run, seq, type, ver, at, step, payload, hash) "
                             "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
  TRY(auto last_event, sql("SELECT seq, hash FROM event WHERE run = ? ORDER BY seq DESC LIMIT 1"));
  TRY(auto event_hash, sql("SELECT hash FROM event WHERE run = ? AND seq = ?"));
  TRY(auto has_run, sql("SELECT 1 FROM run WHERE run = ?"));
  TRY(auto put_run,
      sql("INSERT INTO run (run, runbook, plan, status, reason, who, created_at, finished_at, "
          "wake_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run) DO UPDATE SET "
          "runbook = excluded.runbook, plan = excluded.plan, status = excluded.status, "
          "reason = excluded.reason, who = excluded.who, created_at = excluded.created_at, "
          "finished_at = excluded.finished_at, wake_at = excluded.wake_at"));
  TRY(auto put_blob,
      sql("INSERT INTO blob (hash, body) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING"));
  TRY(auto has_dedupe, sql("SELECT 1 FROM dedupe WHERE key = ?"));
  TRY(auto put_dedupe, sql("INSERT INTO dedupe (key, run) VALUES (?, ?)"));
  TRY(auto command_state, sql("SELECT state, result FROM command WHERE id = ?"));
  TRY(auto decide_command, sql("UPDATE command SET state = ?, result = ? WHERE id = ?"));
  TRY(auto epoch, sql("SELECT epoch FROM meta"));
  TRY(auto ask_lock, sql("INSERT INTO lock (run, step, name, shared, asked_at) "
                         "VALUES (?, ?, ?, ?, ?)"));
  TRY(auto take_locks, sql("UPDATE lock SET taken_at = ? WHERE run = ? AND step = ?"));
  TRY(auto free_group, sql("DELETE FROM lock WHERE run = ? AND step = ?"));
  TRY(auto free_locks, sql("DELETE FROM lock WHERE run = ?"));
  TRY(auto put_freeze,
      sql("INSERT OR REPLACE INTO freeze (runbook, who, say, at, until) VALUES (?, ?, ?, ?, ?)"));
  TRY(auto lift_freeze, sql("DELETE FROM freeze WHERE runbook = ?"));
  sql_ = std::make_unique<Prepared>(
      Prepared{std::move(insert_event), std::move(last_event), std::move(event_hash),
               std::move(has_run), std::move(put_run), std::move(put_blob), std::move(has_dedupe),
               std::move(put_dedupe), std::move(command_state), std::move(decide_command),
               std::move(epoch), std::move(ask_lock), std::move(take_locks), std::move(free_group),
               std::move(free_locks), std::move(put_freeze), std::move(lift_freeze)});
  return success();
}

Result<void> JournalWriter::begin() {
  drop();
  TRY(const bool has_row, sql_->epoch.step());
  if (!has_row) return Error{ErrorCode::corrupt, "the store's table meta is empty"};
  epoch_ = sql_->epoch.integer(0);
  sql_->epoch.reset();
  return success();
}

Result<Committed> JournalWriter::write(const RunWrite& write) {
  if (write.epoch.number != epoch_) return Committed::fenced;
  TRY(JournalEnd end, end_of(write.run));
  TRY(const bool is_valid, can_apply(write, end));
  if (!is_valid) return Committed::conflict;
  for (const Event& event : write.events) {
    TRY(append(write.run, end, event));
    TRY(follow_locks(write.run, event));
  }
  TRY(put_plan(write));
  if (write.summary) {
    TRY(put_summary(*write.summary));
  }
  if (!write.dedupe.empty()) {
    TRY(sql_->put_dedupe.bind_text(1, write.dedupe).bind(2, write.run.number).run());
  }
  for (const CommandResult& result : write.consumed) {
    TRY(put_result(result));
  }
  note_if_finished(write);
  changed_.insert_or_assign(write.run.number, end);
  return Committed::committed;
}

// A run that is over may be gone at any time: its end need not be found again. Nothing but notes
// comes to one that nobody drives any more.
void JournalWriter::note_if_finished(const RunWrite& write) {
  const bool has_ended = write.summary && is_terminal(write.summary->status);
  const auto is_note = [](const Event& event) {
    return std::holds_alternative<RunNoted>(event.payload);
  };
  const auto is_known = [&] {
    return changed_.contains(write.run.number) || ends_->find(write.run) != nullptr;
  };
  const bool is_noted =
      std::all_of(write.events.begin(), write.events.end(), is_note) && !is_known();
  if (has_ended || is_noted) finished_.push_back(write.run.number);
}

// As `follow` of state/lock.h.
Result<void> JournalWriter::follow_locks(RunId run, const Event& event) {
  if (const auto* asked = std::get_if<LocksAsked>(&event.payload)) {
    for (const LockRow& row : rows_of(run, event.at, *asked, event.step)) {
      TRY(sql_->ask_lock.bind(1, run.number)
              .bind_text(2, row.step)
              .bind_text(3, row.name)
              .bind(4, row.is_shared ? 1 : 0)
              .bind(5, row.asked_at.time_since_epoch().count())
              .run());
    }
  }
  if (std::holds_alternative<LocksTaken>(event.payload)) {
    return sql_->take_locks.bind(1, event.at.time_since_epoch().count())
        .bind(2, run.number)
        .bind_text(3, event.step)
        .run();
  }
  if (std::holds_alternative<LocksFreed>(event.payload))
    return sql_->free_group.bind(1, run.number).bind_text(2, event.step).run();
  if (std::holds_alternative<RunFinished>(event.payload))
    return sql_->free_locks.bind(1, run.number).run();
  return success();
}

// Many runs of one plan often come in one batch.
Result<void> JournalWriter::put_plan(const RunWrite& write) {
  if (write.plan_json == nullptr || write.summary->plan == put_plan_) return success();
  TRY(put_blob(sha256({*write.plan_json}), *write.plan_json));
  put_plan_ = write.summary->plan;
  return success();
}

Result<Committed> JournalWriter::decide(const CommandResult& result) {
  TRY(const bool was_decided, is_decided(result.id));
  if (was_decided) return Committed::conflict;
  TRY(put_result(result));
  if (result.freeze) {
    TRY(change(*result.freeze));
  }
  return Committed::committed;
}

Result<void> JournalWriter::change(const FreezeChange& freeze) {
  if (!freeze.order) return sql_->lift_freeze.bind_text(1, freeze.runbook).run();
  Statement& put = sql_->put_freeze;
  put.bind_text(1, freeze.runbook)
      .bind_text(2, freeze.order->who)
      .bind_text(3, freeze.order->say)
      .bind(4, freeze.order->at.time_since_epoch().count());
  if (freeze.order->until)
    put.bind(5, freeze.order->until->time_since_epoch().count());
  else
    put.bind_null(5);
  return put.run();
}

void JournalWriter::keep() {
  for (const auto& [run, end] : changed_) ends_->put(RunId{run}, end);
  for (const std::int64_t run : finished_) ends_->forget(RunId{run});
  drop();
}

void JournalWriter::drop() {
  changed_.clear();
  finished_.clear();
  put_plan_.clear();
}

Result<JournalEnd> JournalWriter::end_of(RunId run) {
  if (const auto found = changed_.find(run.number); found != changed_.end()) return found->second;
  if (const JournalEnd* known = ends_->find(run)) return *known;
  return end_in_store(run);
}

Result<JournalEnd> JournalWriter::end_in_store(RunId run) {
  TRY(const bool has_row, sql_->last_event.bind(1, run.number).step());
  JournalEnd end;
  if (has_row) end = {Seq{sql_->last_event.integer(0)}, hash_from(sql_->last_event.blob(1))};
  sql_->last_event.reset();
  return end;
}

Result<bool> JournalWriter::can_apply(const RunWrite& write, const JournalEnd& end) {
  if (write.expected != end.seq) return false;
  if (end.seq.number == 0) {
    TRY(const bool has_run, sql_->has_run.bind(1, write.run.number).step());
    sql_->has_run.reset();
    if (has_run || !write.summary) return false;
  }
  if (!write.dedupe.empty()) {
    TRY(const bool is_known, sql_->has_dedupe.bind_text(1, write.dedupe).step());
    sql_->has_dedupe.reset();
    if (is_known) return false;
  }
  for (const CommandResult& result : write.consumed) {
    TRY(const bool was_decided, is_decided(result.id));
    if (was_decided) return false;
  }
  return true;
}

Result<bool> JournalWriter::is_decided(const CommandId& id) {
  TRY(const bool has_row, sql_->command_state.bind_blob(1, bytes_of(id)).step());
  const bool is_decided = has_row && sql_->command_state.integer(0) != 0;
  sql_->command_state.reset();
  return is_decided;
}

Result<void> JournalWriter::append(RunId run, JournalEnd& end, const Event& event) {
  const EncodedEvent encoded = encode(event);
  end = {Seq{end.seq.number + 1}, chain(end.hash, encoded)};
  Statement& insert = sql_->insert_event;
  insert.bind(1, run.number)
      .bind(2, end.seq.number)
      .bind(3, encoded.type)
      .bind(4, encoded.version)
      .bind(5, encoded.at.time_since_epoch().count())
      .bind_text(6, encoded.step)
      .bind_blob(8, bytes_of(end.hash));
  TRY(append_payload(encoded.payload));
  TRY(insert.run());
  ++rows_;
  return success();
}

// Large payloads lie once in `blob`: a row of many pages would slow every walk over the events.
Result<void> JournalWriter::append_payload(const std::string& payload) {
  if (payload.empty()) {
    sql_->insert_event.bind_null(7);
  } else if (payload.size() <= kInlineBytes) {
    sql_->insert_event.bind_text(7, payload);
  } else {
    const Sha256 hash = sha256({payload});
    TRY(put_blob(hash, payload));
    payload_hash_ = bytes_of(hash);
    sql_->insert_event.bind_blob(7, payload_hash_);
  }
  return success();
}

Result<void> JournalWriter::put_summary(const RunSummary& run) {
  const Sha256 plan = parse_sha256(run.plan);
  bind_run(sql_->put_run, run, plan);
  return sql_->put_run.run();
}

Result<void> JournalWriter::put_blob(const Sha256& hash, std::string_view body) {
  return sql_->put_blob.bind_blob(1, bytes_of(hash)).bind_text(2, body).run();
}

Result<void> JournalWriter::put_result(const CommandResult& result) {
  const std::string json = to_journal_json(result.result);
  return sql_->decide_command.bind(1, result.is_applied ? 1 : 2)
      .bind_text(2, json)
      .bind_blob(3, bytes_of(result.id))
      .run();
}

// None: there is no such event.
Result<std::optional<Sha256>> JournalWriter::hash_at(RunId run, Seq seq) {
  if (seq.number == 0) return std::optional{Sha256{}};
  TRY(const bool has_row, sql_->event_hash.bind(1, run.number).bind(2, seq.number).step());
  std::optional<Sha256> hash;
  if (has_row) hash = hash_from(sql_->event_hash.blob(0));
  sql_->event_hash.reset();
  return hash;
}

Result<bool> JournalWriter::holds(const RunWrite& write) {
  if (write.events.empty()) return holds_all(write.consumed);
  TRY(const auto before, hash_at(write.run, write.expected));
  if (!before) return false;
  JournalEnd end{write.expected, *before};
  for (const Event& event : write.events) {
    end = {Seq{end.seq.number + 1}, chain(end.hash, encode(event))};
  }
  TRY(const auto found, hash_at(write.run, end.seq));
  const bool is_same = found == end.hash;
  if (is_same) {
    note_if_finished(write);
    changed_.insert_or_assign(write.run.number, end);
  }
  return is_same;
}

// Of a write without an event: the commands that it decided. One of a summary alone says the same
// when it is written again.
Result<bool> JournalWriter::holds_all(const std::vector<CommandResult>& results) {
  for (const CommandResult& result : results) {
    TRY(const bool is_held, holds(result));
    if (!is_held) return false;
  }
  return !results.empty();
}

Result<bool> JournalWriter::holds(const CommandResult& result) {
  TRY(const bool has_row, sql_->command_state.bind_blob(1, bytes_of(result.id)).step());
  const bool is_same = has_row && sql_->command_state.integer(0) == (result.is_applied ? 1 : 2) &&
                       sql_->command_state.text(1) == to_journal_json(result.result);
  sql_->command_state.reset();
  return is_same;
}

Result<void> JournalWriter::find_acknowledged() {
  return ends_->for_each([this](RunId run, const JournalEnd& end) -> Result<void> {
    TRY(const auto found, hash_at(run, end.seq));
    if (found == end.hash) return success();
    return Error{
        ErrorCode::corrupt,
        "the store " + database_->path() + " lost event " + std::to_string(end.seq.number) +
            " of run " + std::to_string(run.number) +
            ", which it had acknowledged: the disk lied, or somebody replaced the file. "
            "Nothing is done any more; look at the disk, then at the run with `rung show " +
            std::to_string(run.number) + "`"};
  });
}

}  // namespace rung::state
