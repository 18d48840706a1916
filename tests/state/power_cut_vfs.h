#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace rung::state {

// A disk in memory, as SQLite sees it through a VFS of its own, whose power can fail. It remembers
// what each file was at its last sync and every write since. After a cut there is, for each file,
// the synced state with any subset of the 512-byte sectors written since; a file whose folder was
// not synced since its creation may be missing, one deleted may be back; shared memory is gone.
class PowerCutDisk {
 public:
  PowerCutDisk();
  ~PowerCutDisk();
  PowerCutDisk(const PowerCutDisk&) = delete;
  PowerCutDisk& operator=(const PowerCutDisk&) = delete;

  const char* vfs() const { return name_.c_str(); }

  // The operation with this number (from 1, counted since the start) and all later ones fail.
  void cut_at(std::int64_t operation);
  void cut_now();
  bool is_cut() const;
  std::int64_t operations() const;  // writes, truncates, deletes, syncs
  // Decides by `seed` what the cut left, and works again. Nothing may be open.
  void power_on(std::uint64_t seed);

  // Faults without a cut: the next `count` operations of a kind fail; -1: until it is 0 again.
  enum class Fault : std::uint8_t { write_full, write_error, sync_error };
  void fail(Fault fault, std::int64_t count);
  // Until so many operations failed so; false: that takes longer than a minute.
  bool wait_for_faults(std::int64_t count);

  // What happened, for the message of a failing test.
  struct Sums {
    std::int64_t cuts = 0;
    std::int64_t sectors_kept = 0;
    std::int64_t sectors_lost = 0;
    std::int64_t files_lost = 0;
    std::int64_t files_back = 0;
  };
  const Sums& sums() const { return sums_; }

  struct Inside;

 private:
  std::string name_;
  std::unique_ptr<Inside> inside_;
  Sums sums_;
};

}  // namespace rung::state
