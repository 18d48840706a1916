#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace rung::state {

// One prepared statement: bind, step, read, reset. Bound texts are not copied: they live until the
// next reset.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  Statement& bind(int index, std::int64_t value);
  Statement& bind_text(int index, std::string_view text);
  Statement& bind_blob(int index, std::string_view bytes);
  Statement& bind_null(int index);

  // True: there is a row. An error has the code that says what to do (see Database::open).
  Result<bool> step();
  // For what yields no row; resets.
  Result<void> run();
  void reset();

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::string blob(int column) const;
  bool is_null(int column) const;
  bool is_blob(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Makes an empty file that only its owner may read, where there is none; SQLite would let everybody
// read it, and gives -wal and -shm the rights of the database. Where it fails, SQLite says why. A
// file that exists is not opened: closing a second descriptor of a database drops the locks of the
// first.
void create_for_owner_only(const std::string& path);

// One connection to a store's file. One thread at a time.
class Database {
 public:
  enum class Mode : std::uint8_t { create, existing, read_only };

  // not_found: there is no such file; exhausted: the disk is full; unavailable: it cannot be
  // opened, read or written now; denied: read-only; corrupt: no database, or damaged.
  // All calls below answer with the same codes; conflict is a constraint.
  static Result<Database> open(const std::string& path, Mode mode, const char* vfs);

  // How long a call waits for another process's transaction.
  static constexpr int kBusyMilliseconds = 10'000;

  Result<void> execute(const char* sql);
  Result<Statement> prepare(const char* sql);
  // The first column of the first row; none where there is no row.
  Result<std::optional<std::int64_t>> integer(const char* sql);
  Result<std::string> text(const char* sql);

  // The failure of the last call.
  Error failure(std::string_view context) const;

  const std::string& path() const { return path_; }
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  Database(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}

  std::unique_ptr<sqlite3, Close> handle_;
  std::string path_;
};

// BEGIN IMMEDIATE now, ROLLBACK at the end unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(other.database_) {
    other.database_ = nullptr;
  }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace rung::state
