#include "state/sqlite_vfs.h"

#include "base/failpoint.h"

#include <sqlite3.h>

#include <map>
#include <memory>
#include <mutex>
#include <new>

namespace rung::state {
namespace {

thread_local IoNotes* notes_of_thread = nullptr;

// SQLite's own file lies directly behind ours, in the space that szOsFile asks for.
struct File {
  sqlite3_file base;
  bool has_failpoints;  // the database and its log, not temporary files
};
File& ours(sqlite3_file* file) {
  return *reinterpret_cast<File*>(file);
}
sqlite3_file* below(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
}
const sqlite3_io_methods& methods(sqlite3_file* file) {
  return *below(file)->pMethods;
}

int fault_at(sqlite3_file* file, const char* site, int eio_code) {
  if (!ours(file).has_failpoints) return SQLITE_OK;
  const IoNotes* notes = notes_of_thread;
  switch (failpoint::reach(site, notes == nullptr ? std::string_view("upkeep") : notes->place)) {
    case failpoint::Fault::none: return SQLITE_OK;
    case failpoint::Fault::eio: return eio_code;
    case failpoint::Fault::enospc: return SQLITE_FULL;
  }
  return SQLITE_OK;
}

int close_file(sqlite3_file* f) {
  return methods(f).xClose(below(f));
}
int read_file(sqlite3_file* f, void* into, int count, sqlite3_int64 offset) {
  return methods(f).xRead(below(f), into, count, offset);
}
int write_file(sqlite3_file* f, const void* from, int count, sqlite3_int64 offset) {
  const int fault = fault_at(f, "store.write", SQLITE_IOERR_WRITE);
  return fault != SQLITE_OK ? fault : methods(f).xWrite(below(f), from, count, offset);
}
int truncate_file(sqlite3_file* f, sqlite3_int64 size) {
  return methods(f).xTruncate(below(f), size);
}
int sync_file(sqlite3_file* f, int flags) {
  if (notes_of_thread != nullptr) notes_of_thread->syncs.fetch_add(1, std::memory_order_relaxed);
  const int fault = fault_at(f, "store.sync", SQLITE_IOERR_FSYNC);
  return fault != SQLITE_OK ? fault : methods(f).xSync(below(f), flags);
}
int file_size(sqlite3_file* f, sqlite3_int64* size) {
  return methods(f).xFileSize(below(f), size);
}
int lock_file(sqlite3_file* f, int level) {
  return methods(f).xLock(below(f), level);
}
int unlock_file(sqlite3_file* f, int level) {
  return methods(f).xUnlock(below(f), level);
}
int check_lock(sqlite3_file* f, int* held) {
  return methods(f).xCheckReservedLock(below(f), held);
}
int control_file(sqlite3_file* f, int operation, void* argument) {
  return methods(f).xFileControl(below(f), operation, argument);
}
int sector_size(sqlite3_file* f) {
  return methods(f).xSectorSize(below(f));
}
int characteristics(sqlite3_file* f) {
  return methods(f).xDeviceCharacteristics(below(f));
}
int map_shared(sqlite3_file* f, int page, int size, int extend, void volatile** into) {
  return methods(f).xShmMap(below(f), page, size, extend, into);
}
int lock_shared(sqlite3_file* f, int offset, int count, int flags) {
  return methods(f).xShmLock(below(f), offset, count, flags);
}
void barrier_shared(sqlite3_file* f) {
  methods(f).xShmBarrier(below(f));
}
int unmap_shared(sqlite3_file* f, int remove) {
  return methods(f).xShmUnmap(below(f), remove);
}

// Version 2: a log in shared memory, no memory-mapped pages.
constexpr sqlite3_io_methods kMethods{2,
                                      close_file,
                                      read_file,
                                      write_file,
                                      truncate_file,
                                      sync_file,
                                      file_size,
                                      lock_file,
                                      unlock_file,
                                      check_lock,
                                      control_file,
                                      sector_size,
                                      characteristics,
                                      map_shared,
                                      lock_shared,
                                      barrier_shared,
                                      unmap_shared,
                                      nullptr,
                                      nullptr};

sqlite3_vfs* vfs_below(sqlite3_vfs* vfs) {
  return static_cast<sqlite3_vfs*>(vfs->pAppData);
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  File* opened = new (file) File{};
  opened->has_failpoints = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0;
  const int answer = vfs_below(vfs)->xOpen(vfs_below(vfs), name, below(file), flags, out_flags);
  if (below(file)->pMethods != nullptr) opened->base.pMethods = &kMethods;
  return answer;
}
int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  return vfs_below(vfs)->xDelete(vfs_below(vfs), name, sync_folder);
}
int access_file(sqlite3_vfs* vfs, const char* name, int flags, int* into) {
  return vfs_below(vfs)->xAccess(vfs_below(vfs), name, flags, into);
}
int full_name(sqlite3_vfs* vfs, const char* name, int size, char* into) {
  return vfs_below(vfs)->xFullPathname(vfs_below(vfs), name, size, into);
}
int randomness(sqlite3_vfs* vfs, int size, char* into) {
  return vfs_below(vfs)->xRandomness(vfs_below(vfs), size, into);
}
int sleep_for(sqlite3_vfs* vfs, int microseconds) {
  return vfs_below(vfs)->xSleep(vfs_below(vfs), microseconds);
}
int current_time(sqlite3_vfs* vfs, double* into) {
  return vfs_below(vfs)->xCurrentTime(vfs_below(vfs), into);
}
int last_error(sqlite3_vfs* vfs, int size, char* into) {
  return vfs_below(vfs)->xGetLastError(vfs_below(vfs), size, into);
}
int current_time_64(sqlite3_vfs* vfs, sqlite3_int64* into) {
  return vfs_below(vfs)->xCurrentTimeInt64(vfs_below(vfs), into);
}

struct Registered {
  std::string name;
  sqlite3_vfs vfs{};
};

void fill(sqlite3_vfs& vfs, sqlite3_vfs* under, const std::string& name) {
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(File)) + under->szOsFile;
  vfs.mxPathname = under->mxPathname;
  vfs.zName = name.c_str();
  vfs.pAppData = under;
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = access_file;
  vfs.xFullPathname = full_name;
  vfs.xRandomness = randomness;
  vfs.xSleep = sleep_for;
  vfs.xCurrentTime = current_time;
  vfs.xGetLastError = last_error;
  vfs.xCurrentTimeInt64 = current_time_64;
}

}  // namespace

IoScope::IoScope(IoNotes& notes) : before_(notes_of_thread) {
  notes_of_thread = &notes;
}
IoScope::~IoScope() {
  notes_of_thread = before_;
}

Result<std::string> counting_vfs(const char* below_name) {
  // SQLite keeps what is registered as long as the process lives; so do we.
  static std::mutex mutex;
  static std::map<sqlite3_vfs*, std::unique_ptr<Registered>> all;

  const std::lock_guard lock(mutex);
  // Else each allocation of SQLite takes a lock of the process, for figures that nobody reads.
  static const int is_configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(is_configured);
  sqlite3_vfs* under = sqlite3_vfs_find(below_name);
  if (under == nullptr) {
    return Error{ErrorCode::not_found, std::string("SQLite has no VFS ") + below_name};
  }
  std::unique_ptr<Registered>& shim = all[under];
  if (shim == nullptr) {
    shim = std::make_unique<Registered>();
    shim->name = std::string("rung-") + under->zName;
    fill(shim->vfs, under, shim->name);
    sqlite3_vfs_register(&shim->vfs, 0);
  }
  return shim->name;
}

}  // namespace rung::state
