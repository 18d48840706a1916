#include "state/sqlite_connection.h"

#include "base/durable_file.h"
#include "base/failpoint.h"
#include "base/random.h"
#include "state/sqlite_schema.h"

#include <sqlite3.h>
#include <unistd.h>

namespace rung::state {
namespace {

int note_log_pages(void* into, sqlite3*, const char*, int pages) {
  *static_cast<std::int64_t*>(into) = pages;
  return SQLITE_OK;
}

const Event* newest_event(std::span<const Request> requests) {
  for (auto request = requests.rbegin(); request != requests.rend(); ++request) {
    const auto* write = std::get_if<WriteRequest>(&*request);
    if (write != nullptr && !write->write->events.empty()) return &write->write->events.back();
  }
  return nullptr;
}

std::string newest_place(std::span<const Request> requests) {
  const Event* event = newest_event(requests);
  if (event == nullptr) return "commands";
  const std::string name{name_of(event->payload)};
  return event->step.empty() ? name : event->step + "/" + name;
}

Result<void> failure_at(const char* site, const std::string& place) {
  switch (failpoint::reach(site, place)) {
    case failpoint::Fault::none: return success();
    case failpoint::Fault::eio:
      return Error{ErrorCode::unavailable,
                   std::string("input/output error (failpoint ") + site + ")"};
    case failpoint::Fault::enospc:
      return Error{ErrorCode::exhausted, std::string("no space left (failpoint ") + site + ")"};
  }
  return success();
}

bool is_there(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

Error read_only(const std::string& path) {
  return {ErrorCode::denied, "the store " + path +
                                 " is read-only for this user: allow the writing of this file and "
                                 "its folder, or run rung as its owner"};
}

// What a new store says about itself.
FillNew first_rows(const SqliteOptions& options) {
  return [&options](Database& database) {
    SystemRandom random;
    StoreMeta meta;
    meta.store = random.uuid();
    meta.place = place_of(options.path, options.host);
    return insert_meta(database, meta);
  };
}

}  // namespace

Result<std::unique_ptr<StoreConnection>> StoreConnection::open(const SqliteOptions& options,
                                                               KnownEnds& ends, LiveCounts& counts,
                                                               Database::Mode mode) {
  TRY(const std::string vfs, counting_vfs(options.vfs));
  const bool is_new = !is_there(options.path);
  TRY(Database database, Database::open(options.path, mode, vfs.c_str()));
  if (sqlite3_db_readonly(database.handle(), "main") == 1) return read_only(options.path);
  TRY(configure_connection(database));
  TRY(bring_up_to_date(database, first_rows(options)));
  // SQLite syncs the folder for its log, but not for the database itself.
  if (is_new && is_there(options.path)) {
    TRY(sync_folder(folder_of(options.path)));
  }
  std::unique_ptr<StoreConnection> connection{new StoreConnection(std::move(database), counts)};
  TRY(connection->meta_, read_meta(connection->database_));
  TRY(check_identity(options.path, connection->meta_, place_of(options.path, options.host),
                     Ballast(options.path).seen()));
  TRY(JournalWriter writer, JournalWriter::open(connection->database_, ends));
  connection->writer_ = std::make_unique<JournalWriter>(std::move(writer));
  sqlite3_wal_hook(connection->database_.handle(), note_log_pages, &connection->log_pages_);
  return connection;
}

Result<std::vector<Committed>> StoreConnection::commit(std::span<const Request> requests) {
  if (failpoint::enabled.load(std::memory_order_relaxed)) {
    counts_->io.place = newest_place(requests);
  }
  TRY(Transaction transaction, Transaction::begin(database_));
  const std::int64_t rows_before = writer_->rows();
  auto answers = write_all(requests);
  if (!answers) {
    writer_->drop();
    return std::move(answers).error();
  }
  if (auto finished = finish(transaction); !finished) {
    writer_->drop();
    return std::move(finished).error();
  }
  writer_->keep();
  counts_->rows += writer_->rows() - rows_before;
  return std::move(answers).value();
}

Result<void> StoreConnection::finish(Transaction& transaction) {
  TRY(failure_at("store.commit", counts_->io.place));
  TRY(transaction.commit());
  ++counts_->commits;
  return failure_at("store.committed", counts_->io.place);
}

Result<std::vector<Committed>> StoreConnection::write_all(std::span<const Request> requests) {
  TRY(writer_->begin());
  std::vector<Committed> answers;
  answers.reserve(requests.size());
  for (const Request& request : requests) {
    Committed answer = Committed::committed;
    if (const auto* write = std::get_if<WriteRequest>(&request)) {
      TRY(answer, writer_->write(*write->write));
    } else if (const auto* decision = std::get_if<AnswerRequest>(&request)) {
      TRY(answer, writer_->decide(decision->result));
    }
    answers.push_back(answer);
  }
  return answers;
}

Result<std::vector<bool>> StoreConnection::settle(std::span<const Request> requests) {
  std::vector<bool> found;
  writer_->drop();
  for (const Request& request : requests) {
    bool is_there = false;
    if (const auto* write = std::get_if<WriteRequest>(&request)) {
      TRY(is_there, writer_->holds(*write->write));
    } else if (const auto* decision = std::get_if<AnswerRequest>(&request)) {
      TRY(is_there, writer_->holds(decision->result));
    }
    found.push_back(is_there);
  }
  writer_->keep();
  return found;
}

Result<Claimed> StoreConnection::claim(const StorePlace& place) {
  TRY(Transaction transaction, Transaction::begin(database_));
  TRY(auto update, database_.prepare("UPDATE meta SET epoch = epoch + 1, boot = ?, device = ?, "
                                     "next_run = max(next_run, "
                                     "(SELECT coalesce(max(run), 0) + 1 FROM run))"));
  TRY(update.bind_text(1, place.boot).bind(2, place.device).run());
  TRY(meta_, read_meta(database_));
  TRY(auto locks, read_locks(database_, "run, step, name"));
  TRY(auto freezes, read_freezes(database_));
  TRY(finish(transaction));
  return Claimed{Epoch{meta_.epoch}, meta_.store, meta_.next_run, std::move(locks),
                 std::move(freezes)};
}

Result<void> StoreConnection::pulse() {
  TRY(Transaction transaction, Transaction::begin(database_));
  TRY(database_.execute("UPDATE meta SET pulse = pulse + 1"));
  return finish(transaction);
}

Result<bool> StoreConnection::checkpoint(Checkpoint how) {
  constexpr int kShortMilliseconds = 100;
  int mode = SQLITE_CHECKPOINT_PASSIVE;
  if (how == Checkpoint::restart) mode = SQLITE_CHECKPOINT_RESTART;
  if (how == Checkpoint::truncate) mode = SQLITE_CHECKPOINT_TRUNCATE;
  int in_log = 0;
  int taken_over = 0;
  // Writers wait for this: no longer than a slow reader deserves.
  sqlite3_busy_timeout(database_.handle(), kShortMilliseconds);
  const int answer =
      sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, mode, &in_log, &taken_over);
  sqlite3_busy_timeout(database_.handle(), Database::kBusyMilliseconds);
  if ((answer & 0xff) == SQLITE_BUSY) return false;
  if (answer != SQLITE_OK) return database_.failure("while taking the log over into the database");
  ++counts_->checkpoints;
  if (taken_over < in_log) return false;
  log_pages_ = 0;
  return true;
}

}  // namespace rung::state
