#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rung {

// The few file operations on which recovery rests, in one place, so that a test can stand between
// them and the disk. Plain synchronous calls; every descriptor is O_CLOEXEC. Move-only owner of
// one descriptor.
class DurableFile {
 public:
  DurableFile() = default;
  explicit DurableFile(int fd) : fd_(fd) {}
  DurableFile(DurableFile&& other) noexcept;
  DurableFile& operator=(DurableFile&& other) noexcept;
  ~DurableFile();

  // conflict where it exists already (O_EXCL).
  static Result<DurableFile> create(const std::string& path, unsigned mode = 0600);
  // not_found where it does not exist.
  static Result<DurableFile> open(const std::string& path);

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

  Result<void> write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes);
  // The number of bytes read; fewer than asked only at the end of the file.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const;
  Result<void> sync();  // fdatasync

  // flock. try_lock: false where another open file holds it.
  Result<bool> try_lock();

 private:
  int fd_ = -1;
};

// mkdir -p with 0700, then fsync of each new folder and of its parent.
Result<void> make_durable_folder(const std::string& path);
Result<void> sync_folder(const std::string& path);

// The whole file, at most `limit_bytes`. not_found, exhausted.
Result<std::string> read_file(const std::string& path, std::size_t limit_bytes);
// Writes beside it, syncs, renames over it, syncs the folder.
Result<void> replace_file(const std::string& path, std::string_view content, unsigned mode = 0600);

}  // namespace rung
