#include "state/upkeep.h"

#include "state/existing_store.h"
#include "state/sqlite_journal.h"
#include "state/store_identity.h"

#include <algorithm>
#include <map>

namespace rung::state {
namespace {

constexpr const char* kRestoredDetail =
    "the store was restored from a backup: what happened after the backup is not in it";

Result<std::vector<RunSummary>> unfinished(Database& database) {
  const std::string sql = std::string("SELECT ") + kRunColumns + " FROM run WHERE status < 7";
  TRY(auto statement, database.prepare(sql.c_str()));
  return all_runs(statement);
}

// What a backup's last word on a step leaves open.
enum class Open : std::uint8_t {
  attempt,  // begun; its outcome is not in the backup
  outcome   // unknown, or to be tried again: later tries may be missing in the backup
};

std::optional<Open> left_open_by(const Event& event) {
  if (std::holds_alternative<StepStarted>(event.payload)) return Open::attempt;
  if (std::holds_alternative<RetryScheduled>(event.payload)) return Open::outcome;
  const auto* ended = std::get_if<AttemptEnded>(&event.payload);
  const bool is_unknown = ended != nullptr && ended->end == AttemptEnd::unknown;
  return is_unknown ? std::optional(Open::outcome) : std::nullopt;
}

std::map<std::string, Open> left_open(const std::vector<Event>& events) {
  std::map<std::string, Open> open;
  for (const Event& event : events) {
    // Other inputs for the next try leave open what the last one did.
    if (event.step.empty() || std::holds_alternative<StepCorrected>(event.payload)) continue;
    open.erase(event.step);
    if (const auto left = left_open_by(event)) open.emplace(event.step, *left);
  }
  return open;
}

bool is_paused(const std::vector<Event>& events) {
  bool paused = false;
  for (const Event& event : events) {
    if (std::holds_alternative<RunPaused>(event.payload)) paused = true;
    const bool goes_on = std::holds_alternative<RunContinued>(event.payload) ||
                         std::holds_alternative<RunEnding>(event.payload);
    if (goes_on) paused = false;
  }
  return paused;
}

RunWrite doubt(const Journal& journal, Epoch epoch, TimePoint now) {
  const TimePoint at = journal.events.empty() ? now : std::max(now, journal.events.back().at);
  RunWrite write;
  write.run = journal.summary.run;
  write.epoch = epoch;
  write.expected = Seq{static_cast<std::int64_t>(journal.events.size())};
  for (const auto& [step, open] : left_open(journal.events)) {
    const ActionError error{ErrorClass::internal, kRestoredDetail};
    if (open == Open::attempt)
      write.events.push_back({at, step, AttemptEnded{.end = AttemptEnd::unknown, .error = error}});
    write.events.push_back({at, step, StepInDoubt{.detail = kRestoredDetail}});
  }
  write.summary = journal.summary;
  write.summary->wake_at.reset();
  write.summary->reason = kRestoredDetail;
  write.summary->status = write.events.empty() ? RunStatus::paused : RunStatus::in_doubt;
  if (!is_paused(journal.events)) {
    write.events.push_back(
        {at, "", RunPaused{.reason = PauseReason::changed, .detail = kRestoredDetail}});
  }
  return write;
}

Result<void> doubt_all(Database& database, JournalWriter& writer, const StoreMeta& meta,
                       TimePoint now, Restored& restored) {
  TRY(const auto runs, unfinished(database));
  for (const RunSummary& run : runs) {
    auto journal = read_journal(database, run.run);
    // One that cannot be read is not driven either.
    if (!journal) continue;
    const RunWrite write = doubt(journal.value(), Epoch{meta.epoch}, now);
    TRY(const Committed answer, writer.write(write));
    if (answer != Committed::committed) {
      return Error{ErrorCode::conflict, "run " + std::to_string(run.run.number) +
                                            " changed meanwhile: is an engine running?"};
    }
    ++restored.runs_paused;
    restored.steps_in_doubt += static_cast<std::int64_t>(left_open(journal.value().events).size());
  }
  return success();
}

Result<void> verify_run(Database& database, RunId run, Verified& verified) {
  TRY(const auto rows, read_events(database, run, Seq{0}, -1));
  TRY(verify_chain(run, rows));
  verified.runs += 1;
  verified.events += static_cast<std::int64_t>(rows.size());
  if (!rows.empty()) verified.last = rows.back().hash;
  return success();
}

Result<void> check_soundness(Database& database) {
  TRY(const std::string answer, database.text("PRAGMA integrity_check(1)"));
  if (answer == "ok") return success();
  return Error{ErrorCode::corrupt, "the store " + database.path() + " is damaged (" + answer +
                                       "): restore it from a backup, then `rung doctor "
                                       "--restored`. Until then it can still be read in parts"};
}

}  // namespace

Result<Verified> verify_chains(const SqliteOptions& options, std::optional<RunId> run) {
  TRY(Database database, open_existing(options));
  Verified verified;
  if (run) {
    TRY(read_run(database, *run));
    TRY(verify_run(database, *run, verified));
    return verified;
  }
  TRY(check_soundness(database));
  TRY(auto runs, database.prepare("SELECT run FROM run ORDER BY run"));
  for (;;) {
    TRY(const bool has_row, runs.step());
    if (!has_row) return verified;
    TRY(verify_run(database, RunId{runs.integer(0)}, verified));
  }
}

Result<void> accept_moved(const SqliteOptions& options) {
  TRY(refuse_network_folder(options.path));
  TRY(Database database, open_existing(options));
  TRY(Transaction transaction, Transaction::begin(database));
  TRY(adopt_place(database, place_of(options.path, options.host)));
  TRY(const StoreMeta meta, read_meta(database));
  TRY(transaction.commit());
  Ballast(options.path).note({meta.store, meta.epoch});
  return success();
}

Result<Restored> accept_restored(const SqliteOptions& options, TimePoint now) {
  TRY(refuse_network_folder(options.path));
  TRY(Database database, open_existing(options));
  KnownEnds ends;
  TRY(JournalWriter writer, JournalWriter::open(database, ends));
  TRY(Transaction transaction, Transaction::begin(database));
  TRY(writer.begin());
  TRY(const StoreMeta meta, read_meta(database));
  Restored restored;
  TRY(doubt_all(database, writer, meta, now, restored));
  TRY(adopt_place(database, place_of(options.path, options.host)));
  TRY(transaction.commit());
  Ballast(options.path).note({meta.store, meta.epoch});
  return restored;
}

}  // namespace rung::state
