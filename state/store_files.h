#pragma once

#include "base/ids.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>

namespace rung::state {

// The folder of a store: made if missing, on a local disk, writable. unavailable otherwise, with
// what to do. denied: the store or what belongs to it is somebody else's (store_owner.h).
Result<void> prepare_folder(const std::string& store_path);
// unavailable: NFS, SMB, a FUSE mount or another file system on which locks and syncs do not hold
// what they promise.
Result<void> refuse_network_folder(const std::string& store_path);

// `STORE.ballast`: 4 MiB that are given back to the file system when the disk is full, so that the
// outcomes of what already runs can still be recorded. Its first line says which epoch of which
// store was seen last here; an older one in the store means that the store was restored in place.
class Ballast {
 public:
  explicit Ballast(const std::string& store_path);

  // False: there is no room for it.
  bool fill();
  bool is_filled() const;
  void release();

  struct Seen {
    StoreId store;
    std::int64_t epoch = 0;
  };
  std::optional<Seen> seen() const;
  void note(const Seen& seen);

 private:
  std::string path_;
};

}  // namespace rung::state
