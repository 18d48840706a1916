#pragma once

#include "state/sqlite_database.h"

#include <functional>
#include <span>

namespace rung::state {

// "RUNG", at a fixed place of the file's first page.
inline constexpr std::int64_t kApplicationId = 0x52554e47;

// One step of the store's format: from version `to - 1` to `to`.
struct Migration {
  int to;
  const char* sql;
};
// Every version there ever was; the last one is what this rung writes.
std::span<const Migration> migrations();

// Sets what holds for one connection and reads it back. Nothing of it changes a store.
Result<void> configure_connection(Database& database);

// Where the file stands against the versions that this rung knows.
// corrupt: another program's database; conflict: a newer rung wrote it.
struct Standing {
  int version = 0;  // 0: nothing in it yet
};
Result<Standing> standing_of(Database& database, std::span<const Migration> known = migrations());

// Brings the file to the newest version, in one transaction, in which `fill_new` writes the first
// rows of a new store; copies the file beside before it changes a format (STORE.before-vN). The
// caller holds the owner lock.
using FillNew = std::function<Result<void>(Database&)>;
Result<void> bring_up_to_date(Database& database, const FillNew& fill_new,
                              std::span<const Migration> known = migrations());

}  // namespace rung::state
