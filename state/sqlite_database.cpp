#include "state/sqlite_database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstring>

namespace rung::state {
namespace {

ErrorCode code_for(int extended) {
  switch (extended & 0xff) {
    case SQLITE_FULL: return ErrorCode::exhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT: return ErrorCode::corrupt;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return ErrorCode::denied;
    case SQLITE_CONSTRAINT: return ErrorCode::conflict;
    default: return ErrorCode::unavailable;
  }
}

Error failure_of(sqlite3* handle) {
  const int extended = sqlite3_extended_errcode(handle);
  const char* file = sqlite3_db_filename(handle, "main");
  std::string message = "the store " + std::string(file == nullptr ? "" : file) + ": ";
  message += sqlite3_errmsg(handle);
  message += " (SQLite code " + std::to_string(extended);
  const int system = sqlite3_system_errno(handle);
  const bool is_about_files =
      (extended & 0xff) == SQLITE_IOERR || (extended & 0xff) == SQLITE_CANTOPEN;
  if (is_about_files && system != 0) message += std::string(", ") + std::strerror(system);
  message += ")";
  if (code_for(extended) == ErrorCode::denied)
    message += "; allow this user to write the file and its folder, or run rung as its owner";
  return {code_for(extended), message};
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), index, value);
  return *this;
}
Statement& Statement::bind_text(int index, std::string_view text) {
  // A null pointer would bind NULL.
  sqlite3_bind_text64(statement_.get(), index, text.empty() ? "" : text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}
Statement& Statement::bind_blob(int index, std::string_view bytes) {
  sqlite3_bind_blob64(statement_.get(), index, bytes.empty() ? "" : bytes.data(), bytes.size(),
                      SQLITE_STATIC);
  return *this;
}
Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(statement_.get(), index);
  return *this;
}

Result<bool> Statement::step() {
  const int answer = sqlite3_step(statement_.get());
  if (answer == SQLITE_ROW) return true;
  if (answer == SQLITE_DONE) return false;
  Error error = failure_of(sqlite3_db_handle(statement_.get()));
  reset();
  return error;
}

Result<void> Statement::run() {
  auto stepped = step();
  if (!stepped) return std::move(stepped).error();
  reset();
  return success();
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}
std::string Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}
bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}
bool Statement::is_blob(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_BLOB;
}

void Database::Close::operator()(sqlite3* handle) const {
  sqlite3_close_v2(handle);
}

void create_for_owner_only(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) ::close(fd);
}

Result<Database> Database::open(const std::string& path, Mode mode, const char* vfs) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (mode == Mode::create) {
    flags |= SQLITE_OPEN_CREATE;
    create_for_owner_only(path);
  }
  sqlite3* handle = nullptr;
  const int answer = sqlite3_open_v2(path.c_str(), &handle, flags, vfs);
  Database database{handle, path};
  if (answer != SQLITE_OK) return failure_of(handle);
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  return database;
}

Result<void> Database::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return failure_of(handle_.get());
  }
  return success();
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int answer =
      sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (answer != SQLITE_OK) return failure_of(handle_.get());
  return Statement{statement};
}

Result<std::optional<std::int64_t>> Database::integer(const char* sql) {
  TRY(auto statement, prepare(sql));
  TRY(const bool has_row, statement.step());
  if (!has_row || statement.is_null(0)) return std::optional<std::int64_t>{};
  return std::optional{statement.integer(0)};
}

Result<std::string> Database::text(const char* sql) {
  TRY(auto statement, prepare(sql));
  TRY(const bool has_row, statement.step());
  return has_row ? statement.text(0) : std::string{};
}

Error Database::failure(std::string_view context) const {
  return failure_of(handle_.get()).with_context(context);
}

Result<Transaction> Transaction::begin(Database& database) {
  TRY(database.execute("BEGIN IMMEDIATE"));
  return Transaction{database};
}

Transaction::~Transaction() {
  if (database_ == nullptr || sqlite3_get_autocommit(database_->handle()) != 0) return;
  sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> Transaction::commit() {
  TRY(database_->execute("COMMIT"));
  database_ = nullptr;
  return success();
}

}  // namespace rung::state
