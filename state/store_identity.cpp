#include "state/store_identity.h"

#include "state/sqlite_rows.h"

#include <sys/stat.h>

namespace rung::state {
namespace {

Error moved(const std::string& path, const std::string& what) {
  return {ErrorCode::conflict,
          "the store " + path + " " + what +
              ". Two engines on two copies would do every step twice, so it is only read for now. "
              "If this is the only copy that will be used: `rung doctor --moved`. If it comes from "
              "a backup: `rung doctor --restored` (every unfinished run is paused, every step that "
              "was running is in doubt)"};
}

Error restored(const std::string& path, std::int64_t seen, std::int64_t found) {
  return {
      ErrorCode::conflict,
      "the store " + path + " is older than what was here before (opened " + std::to_string(seen) +
          " times, now it says " + std::to_string(found) +
          "): a backup was put in its place. What ran after the backup is not in it. "
          "`rung doctor --restored` accepts it: every unfinished run is paused, every step that "
          "was running is in doubt"};
}

}  // namespace

StorePlace place_of(const std::string& path, const Host& host) {
  StorePlace place{host.machine_id, host.boot_id, 0, 0};
  struct stat about {};
  if (::stat(path.c_str(), &about) == 0) {
    place.device = static_cast<std::int64_t>(about.st_dev);
    place.inode = static_cast<std::int64_t>(about.st_ino);
  }
  return place;
}

Result<StoreMeta> read_meta(Database& database) {
  TRY(auto row, database.prepare("SELECT store, epoch, next_run, machine, boot, device, inode, "
                                 "incarnation FROM meta"));
  TRY(const bool has_row, row.step());
  if (!has_row) {
    return Error{ErrorCode::corrupt, "the store " + database.path() +
                                         " has lost its identity (table meta is empty): restore it "
                                         "from a backup"};
  }
  return StoreMeta{uuid_from_bytes(row.blob(0)),
                   row.integer(1),
                   row.integer(2),
                   {row.text(3), row.text(4), row.integer(5), row.integer(6)},
                   row.integer(7)};
}

Result<void> insert_meta(Database& database, const StoreMeta& meta) {
  TRY(auto insert,
      database.prepare("INSERT INTO meta (id, store, epoch, next_run, machine, boot, device, "
                       "inode, incarnation, pulse) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, 0)"));
  return insert.bind_blob(1, bytes_of(meta.store))
      .bind(2, meta.epoch)
      .bind(3, meta.next_run)
      .bind_text(4, meta.place.machine)
      .bind_text(5, meta.place.boot)
      .bind(6, meta.place.device)
      .bind(7, meta.place.inode)
      .bind(8, meta.incarnation)
      .run();
}

Result<void> adopt_place(Database& database, const StorePlace& place) {
  TRY(auto update, database.prepare("UPDATE meta SET machine = ?, boot = ?, device = ?, inode = ?, "
                                    "incarnation = incarnation + 1"));
  return update.bind_text(1, place.machine)
      .bind_text(2, place.boot)
      .bind(3, place.device)
      .bind(4, place.inode)
      .run();
}

Result<void> check_identity(const std::string& path, const StoreMeta& meta, const StorePlace& now,
                            const std::optional<Ballast::Seen>& seen) {
  const StorePlace& then = meta.place;
  if (then.machine != now.machine) {
    return moved(path, "was written on another machine (machine-id " + then.machine + ", this is " +
                           now.machine + ")");
  }
  const bool is_other_device = then.device != now.device && then.boot == now.boot;
  if (then.inode != now.inode || is_other_device) {
    return moved(path, "is a copy: it was written in another file of this machine");
  }
  if (seen && seen->store == meta.store && seen->epoch > meta.epoch) {
    return restored(path, seen->epoch, meta.epoch);
  }
  return success();
}

}  // namespace rung::state
