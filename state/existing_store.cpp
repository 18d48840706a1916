#include "state/existing_store.h"

#include "state/sqlite_schema.h"
#include "state/sqlite_vfs.h"
#include "state/store_owner.h"

#include <unistd.h>

namespace rung::state {
namespace {

Error no_store(const std::string& path) {
  return {ErrorCode::not_found, "there is no store " + path + " yet: `rung run` makes it"};
}

}  // namespace

Result<Database> open_existing(const SqliteOptions& options) {
  if (options.vfs == nullptr && ::access(options.path.c_str(), F_OK) != 0) {
    return no_store(options.path);
  }
  TRY(refuse_foreign_journal(options.path));
  TRY(const std::string vfs, counting_vfs(options.vfs));
  TRY(Database database, Database::open(options.path, Database::Mode::existing, vfs.c_str()));
  TRY(const Standing standing, standing_of(database));
  if (standing.version == 0) return no_store(options.path);
  if (standing.version < migrations().back().to) {
    return Error{ErrorCode::conflict, "the store " + options.path +
                                          " has an older format: `rung resume` brings it up to "
                                          "date (a copy is kept beside it)"};
  }
  TRY(configure_connection(database));
  return database;
}

}  // namespace rung::state
