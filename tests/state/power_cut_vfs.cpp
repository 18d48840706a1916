#include "tests/state/power_cut_vfs.h"

#include "base/ensure.h"
#include "base/random.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <new>
#include <utility>

namespace rung::state {
namespace {

constexpr std::size_t kSector = 512;
constexpr int kShmSlots = 8;

// What was done to a file since its last sync.
struct Change {
  bool is_truncate = false;
  std::size_t offset = 0;  // or the new size
  std::string bytes;
};

struct Content {
  std::string now;
  std::string synced;
  std::vector<Change> unsynced;
};

struct Shared {
  std::vector<std::unique_ptr<std::array<char, 32 * 1024>>> pages;
  std::array<int, kShmSlots> readers{};
  std::array<bool, kShmSlots> has_writer{};
};

// Locks and shared memory of one open name.
struct Locks {
  int shared = 0;
  const void* reserved = nullptr;  // also pending and exclusive
  bool is_exclusive = false;
  Shared shm;
};

struct Handle {
  sqlite3_file base;
  PowerCutDisk::Inside* inside;
  std::shared_ptr<Content> content;
  std::shared_ptr<Locks> locks;
  int level;
  std::uint32_t shm_shared;
  std::uint32_t shm_exclusive;
  bool syncs_folder;  // as SQLite's own VFS does at the first sync of a log or journal
};
Handle& of(sqlite3_file* file) {
  return *reinterpret_cast<Handle*>(file);
}

void overwrite(std::string& bytes, std::size_t offset, std::string_view with) {
  if (bytes.size() < offset + with.size()) bytes.resize(offset + with.size(), '\0');
  bytes.replace(offset, with.size(), with);
}

}  // namespace

struct PowerCutDisk::Inside {
  mutable std::mutex mutex;
  sqlite3_vfs vfs{};
  std::map<std::string, std::shared_ptr<Content>> files;          // as the system sees them
  std::map<std::string, std::shared_ptr<Content>> synced_folder;  // as a cut leaves them
  std::map<std::string, std::weak_ptr<Locks>> locks;
  std::int64_t operations = 0;
  std::int64_t cut_at = INT64_MAX;
  bool is_cut = false;
  std::array<std::int64_t, 3> faults{};
  std::int64_t faults_met = 0;
  std::condition_variable has_met;

  // An operation that changes something. False: the power is off.
  bool may_change() {
    if (!is_cut && ++operations >= cut_at) is_cut = true;
    return !is_cut;
  }
  bool fails(PowerCutDisk::Fault fault) {
    std::int64_t& left = faults[static_cast<std::size_t>(fault)];
    if (left == 0) return false;
    if (left > 0) --left;
    ++faults_met;
    has_met.notify_all();
    return true;
  }
};

namespace {

using Lock = std::lock_guard<std::mutex>;
using Fault = PowerCutDisk::Fault;

int unlock_file(sqlite3_file* file, int level);

int close_file(sqlite3_file* file) {
  unlock_file(file, SQLITE_LOCK_NONE);
  of(file).~Handle();
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* into, int count, sqlite3_int64 offset) {
  const Lock lock(of(file).inside->mutex);
  const std::string& bytes = of(file).content->now;
  const auto from = static_cast<std::size_t>(offset);
  const auto wanted = static_cast<std::size_t>(count);
  const std::size_t got = from >= bytes.size() ? 0 : std::min(wanted, bytes.size() - from);
  if (got > 0) std::memcpy(into, bytes.data() + from, got);
  std::memset(static_cast<char*>(into) + got, 0, wanted - got);
  return got == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
  Handle& handle = of(file);
  const Lock lock(handle.inside->mutex);
  if (!handle.inside->may_change()) return SQLITE_IOERR_WRITE;
  if (handle.inside->fails(Fault::write_full)) return SQLITE_FULL;
  if (handle.inside->fails(Fault::write_error)) return SQLITE_IOERR_WRITE;
  const std::string_view bytes{static_cast<const char*>(from), static_cast<std::size_t>(count)};
  const auto at = static_cast<std::size_t>(offset);
  handle.content->unsynced.push_back({false, at, std::string(bytes)});
  overwrite(handle.content->now, at, bytes);
  return SQLITE_OK;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  Handle& handle = of(file);
  const Lock lock(handle.inside->mutex);
  if (!handle.inside->may_change()) return SQLITE_IOERR_TRUNCATE;
  handle.content->unsynced.push_back({true, static_cast<std::size_t>(size), {}});
  handle.content->now.resize(static_cast<std::size_t>(size), '\0');
  return SQLITE_OK;
}

int sync_file(sqlite3_file* file, int) {
  Handle& handle = of(file);
  const Lock lock(handle.inside->mutex);
  if (!handle.inside->may_change()) return SQLITE_IOERR_FSYNC;
  if (handle.inside->fails(Fault::sync_error)) return SQLITE_IOERR_FSYNC;
  handle.content->synced = handle.content->now;
  handle.content->unsynced.clear();
  if (std::exchange(handle.syncs_folder, false))
    handle.inside->synced_folder = handle.inside->files;
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  const Lock lock(of(file).inside->mutex);
  *size = static_cast<sqlite3_int64>(of(file).content->now.size());
  return SQLITE_OK;
}

int lock_file(sqlite3_file* file, int level) {
  Handle& handle = of(file);
  const Lock lock(handle.inside->mutex);
  Locks& locks = *handle.locks;
  if (level <= handle.level) return SQLITE_OK;
  if (handle.level == SQLITE_LOCK_NONE) {
    if (locks.is_exclusive) return SQLITE_BUSY;
    ++locks.shared;
    handle.level = SQLITE_LOCK_SHARED;
  }
  if (level >= SQLITE_LOCK_RESERVED) {
    if (locks.reserved != nullptr && locks.reserved != &handle) return SQLITE_BUSY;
    locks.reserved = &handle;
    handle.level = SQLITE_LOCK_RESERVED;
  }
  if (level == SQLITE_LOCK_EXCLUSIVE) {
    if (locks.shared > 1) return SQLITE_BUSY;
    locks.is_exclusive = true;
    handle.level = SQLITE_LOCK_EXCLUSIVE;
  }
  return SQLITE_OK;
}

int unlock_file(sqlite3_file* file, int level) {
  Handle& handle = of(file);
  const Lock lock(handle.inside->mutex);
  if (handle.level <= level) return SQLITE_OK;
  Locks& locks = *handle.locks;
  if (handle.level == SQLITE_LOCK_EXCLUSIVE) locks.is_exclusive = false;
  if (locks.reserved == &handle) locks.reserved = nullptr;
  if (level == SQLITE_LOCK_NONE) --locks.shared;
  handle.level = level;
  return SQLITE_OK;
}

int check_lock(sqlite3_file* file, int* held) {
  const Lock lock(of(file).inside->mutex);
  *held = of(file).locks->reserved != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
  return static_cast<int>(kSector);
}
int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int map_shared(sqlite3_file* file, int page, int, int extend, void volatile** into) {
  const Lock lock(of(file).inside->mutex);
  auto& pages = of(file).locks->shm.pages;
  *into = nullptr;
  const auto index = static_cast<std::size_t>(page);
  if (index >= pages.size() && extend == 0) return SQLITE_OK;
  while (pages.size() <= index) pages.push_back(std::make_unique<std::array<char, 32 * 1024>>());
  *into = pages[index]->data();
  return SQLITE_OK;
}

int lock_slot(Handle& handle, int slot, int flags) {
  Shared& shm = handle.locks->shm;
  const auto at = static_cast<std::size_t>(slot);
  const std::uint32_t bit = 1U << at;
  if ((flags & SQLITE_SHM_UNLOCK) != 0) {
    if ((handle.shm_exclusive & bit) != 0) shm.has_writer[at] = false;
    if ((handle.shm_shared & bit) != 0) --shm.readers[at];
    handle.shm_exclusive &= ~bit;
    handle.shm_shared &= ~bit;
    return SQLITE_OK;
  }
  if ((flags & SQLITE_SHM_SHARED) != 0) {
    if (shm.has_writer[at]) return SQLITE_BUSY;
    if ((handle.shm_shared & bit) == 0) ++shm.readers[at];
    handle.shm_shared |= bit;
    return SQLITE_OK;
  }
  if (shm.has_writer[at] || shm.readers[at] > 0) return SQLITE_BUSY;
  shm.has_writer[at] = true;
  handle.shm_exclusive |= bit;
  return SQLITE_OK;
}

int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  const Lock lock(of(file).inside->mutex);
  for (int slot = offset; slot < offset + count; ++slot) {
    if (lock_slot(of(file), slot, flags) == SQLITE_OK) continue;
    const int undo = (flags & ~SQLITE_SHM_LOCK) | SQLITE_SHM_UNLOCK;
    for (int taken = offset; taken < slot; ++taken) lock_slot(of(file), taken, undo);
    return SQLITE_BUSY;
  }
  return SQLITE_OK;
}

// A lock taken and given back orders memory as well as a fence, and the thread sanitizer knows it.
void barrier_shared(sqlite3_file* file) {
  const Lock lock(of(file).inside->mutex);
}

int unmap_shared(sqlite3_file* file, int) {
  const Lock lock(of(file).inside->mutex);
  for (int slot = 0; slot < kShmSlots; ++slot) lock_slot(of(file), slot, SQLITE_SHM_UNLOCK);
  return SQLITE_OK;
}

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

PowerCutDisk::Inside& inside_of(sqlite3_vfs* vfs) {
  return *static_cast<PowerCutDisk::Inside*>(vfs->pAppData);
}

std::shared_ptr<Locks> locks_for(PowerCutDisk::Inside& inside, const std::string& name) {
  std::shared_ptr<Locks> locks = inside.locks[name].lock();
  if (locks == nullptr) locks = std::make_shared<Locks>();
  inside.locks[name] = locks;
  return locks;
}

int open_file(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  PowerCutDisk::Inside& inside = inside_of(vfs);
  const Lock lock(inside.mutex);
  file->pMethods = nullptr;
  const std::string name = path == nullptr ? "" : path;
  std::shared_ptr<Content> content;
  bool syncs_folder = false;
  if (const auto found = inside.files.find(name); !name.empty() && found != inside.files.end()) {
    content = found->second;
  } else if ((flags & SQLITE_OPEN_CREATE) != 0) {
    if (!name.empty() && !inside.may_change()) return SQLITE_CANTOPEN;
    content = std::make_shared<Content>();
    syncs_folder = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    if (!name.empty()) inside.files[name] = content;
  } else {
    return SQLITE_CANTOPEN;
  }
  new (file)
      Handle{{&kMethods}, &inside, std::move(content), locks_for(inside, name), SQLITE_LOCK_NONE,
             0,           0,       syncs_folder};
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  PowerCutDisk::Inside& inside = inside_of(vfs);
  const Lock lock(inside.mutex);
  if (!inside.may_change()) return SQLITE_IOERR_DELETE;
  if (inside.files.erase(path) == 0) return SQLITE_IOERR_DELETE_NOENT;
  if (sync_folder != 0) inside.synced_folder = inside.files;
  return SQLITE_OK;
}

int access_file(sqlite3_vfs* vfs, const char* path, int, int* into) {
  const Lock lock(inside_of(vfs).mutex);
  const auto& files = inside_of(vfs).files;
  const auto found = files.find(path);
  *into = found != files.end() && !found->second->now.empty() ? 1 : 0;
  return SQLITE_OK;
}

int full_name(sqlite3_vfs*, const char* path, int size, char* into) {
  sqlite3_snprintf(size, into, "%s", path);
  return SQLITE_OK;
}

std::string next_name() {
  static std::atomic<int> count{0};
  return "power-cut-" + std::to_string(++count);
}

void fill(sqlite3_vfs& vfs, const std::string& name, PowerCutDisk::Inside* inside) {
  const sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  vfs = *system;
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(Handle);
  vfs.pNext = nullptr;
  vfs.zName = name.c_str();
  vfs.pAppData = inside;
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = access_file;
  vfs.xFullPathname = full_name;
}

class Survivor {
 public:
  Survivor(SeededRandom& random, PowerCutDisk::Sums& sums) : random_(&random), sums_(&sums) {}

  void settle(Content& content) {
    // Sometimes all or nothing: whole writes are the likelier end of a real disk.
    const std::uint64_t style = random_->next() % 4;
    std::string left = content.synced;
    for (const Change& change : content.unsynced) {
      if (change.is_truncate) {
        if (keeps(style)) left.resize(change.offset, '\0');
        continue;
      }
      settle_sectors(left, change, style);
    }
    content.synced = left;
    content.now = std::move(left);
    content.unsynced.clear();
  }

 private:
  bool keeps(std::uint64_t style) {
    if (style == 0) return false;
    return style == 1 || random_->next() % 2 == 0;
  }

  void settle_sectors(std::string& left, const Change& change, std::uint64_t style) {
    for (std::size_t done = 0; done < change.bytes.size();) {
      const std::size_t at = change.offset + done;
      const std::size_t length = std::min(change.bytes.size() - done, kSector - at % kSector);
      const bool is_kept = keeps(style);
      if (is_kept) overwrite(left, at, std::string_view(change.bytes).substr(done, length));
      ++(is_kept ? sums_->sectors_kept : sums_->sectors_lost);
      done += length;
    }
  }

  SeededRandom* random_;
  PowerCutDisk::Sums* sums_;
};

}  // namespace

PowerCutDisk::PowerCutDisk() : name_(next_name()), inside_(std::make_unique<Inside>()) {
  fill(inside_->vfs, name_, inside_.get());
  sqlite3_vfs_register(&inside_->vfs, 0);
}

PowerCutDisk::~PowerCutDisk() {
  sqlite3_vfs_unregister(&inside_->vfs);
}

void PowerCutDisk::cut_at(std::int64_t operation) {
  const Lock lock(inside_->mutex);
  inside_->cut_at = operation;
}
void PowerCutDisk::cut_now() {
  const Lock lock(inside_->mutex);
  inside_->is_cut = true;
}
bool PowerCutDisk::is_cut() const {
  const Lock lock(inside_->mutex);
  return inside_->is_cut;
}
std::int64_t PowerCutDisk::operations() const {
  const Lock lock(inside_->mutex);
  return inside_->operations;
}

void PowerCutDisk::fail(Fault fault, std::int64_t count) {
  const Lock lock(inside_->mutex);
  inside_->faults[static_cast<std::size_t>(fault)] = count;
}

bool PowerCutDisk::wait_for_faults(std::int64_t count) {
  std::unique_lock lock(inside_->mutex);
  return inside_->has_met.wait_for(lock, std::chrono::minutes(1),
                                   [&] { return inside_->faults_met >= count; });
}

void PowerCutDisk::power_on(std::uint64_t seed) {
  const Lock lock(inside_->mutex);
  SeededRandom random(seed);
  Survivor survivor(random, sums_);
  ++sums_.cuts;
  // Each entry of the folder is as it was synced, or as it was at last.
  std::map<std::string, std::shared_ptr<Content>> left;
  for (const auto& [name, content] : inside_->synced_folder) {
    const bool is_deleted = !inside_->files.contains(name);
    if (is_deleted && random.next() % 2 == 0) continue;
    sums_.files_back += is_deleted ? 1 : 0;
    left.emplace(name, content);
  }
  for (const auto& [name, content] : inside_->files) {
    const auto synced = inside_->synced_folder.find(name);
    if (synced != inside_->synced_folder.end() && synced->second == content) continue;
    if (random.next() % 2 == 0) {
      ++sums_.files_lost;
    } else {
      left.insert_or_assign(name, content);
    }
  }
  for (const auto& [name, content] : left) survivor.settle(*content);
  inside_->files = left;
  inside_->synced_folder = std::move(left);
  inside_->locks.clear();
  inside_->operations = 0;
  inside_->cut_at = INT64_MAX;
  inside_->is_cut = false;
}

}  // namespace rung::state
