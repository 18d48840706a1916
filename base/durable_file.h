#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rung {

// The few file operations on which recovery rests, in one place, so that a test can stand between
// them and the disk. Plain synchronous calls; every descriptor is O_CLOEXEC. Move-only owner of
// one descriptor. Not for two threads at once, except `read_at`.
//
// Around the real calls are the failpoints file.create, file.write, file.sync, file.rename and
// file.sync_folder, each with the last part of the path as detail.
class DurableFile {
 public:
  DurableFile() = default;
  // `path` is for messages and observers.
  explicit DurableFile(int fd, std::string path = {}) : fd_(fd), path_(std::move(path)) {}
  DurableFile(DurableFile&& other) noexcept;
  DurableFile& operator=(DurableFile&& other) noexcept;
  ~DurableFile();

  // For reading and writing. conflict where it exists already (O_EXCL). The name is durable only
  // after `sync_folder` of its folder.
  static Result<DurableFile> create(const std::string& path, unsigned mode = 0600);
  // For reading and writing. not_found where it does not exist.
  static Result<DurableFile> open(const std::string& path);

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  const std::string& path() const { return path_; }

  // All of it, or an error after any part of it.
  Result<void> write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes);
  // The number of bytes read; fewer than asked only at the end of the file.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const;
  // fdatasync. After an error nothing is known about what was written since the last success: the
  // kernel may have dropped it, and a second call would say that all is well.
  Result<void> sync();

  // flock. try_lock: false where another open file holds it.
  Result<bool> try_lock();

 private:
  int fd_ = -1;
  std::string path_;
};

// mkdir -p with 0700, then fsync of each new folder and of its parent. What exists of the path is
// synced in its parent too, because an earlier start may have died before it did so. conflict
// where a file is in the way.
Result<void> make_durable_folder(const std::string& path);
Result<void> sync_folder(const std::string& path);

// The whole file, at most `limit_bytes`. not_found, exhausted.
Result<std::string> read_file(const std::string& path, std::size_t limit_bytes);
// Writes PATH.new, syncs, renames it over `path`, syncs the folder: after a crash the file has its
// old content or its new one, whole. One writer at a time for each path. After an error of the last
// step the new content is there but may not survive a power cut.
Result<void> replace_file(const std::string& path, std::string_view content, unsigned mode = 0600);

// Sees each change in the order in which the disk is asked for it, after the call that succeeded.
// A test keeps them to build every state that a power cut may leave behind. Called on the thread
// that makes the change.
class FileObserver {
 public:
  virtual ~FileObserver() = default;
  virtual void created(const std::string& path) = 0;  // a file or a folder
  virtual void wrote(const std::string& path, std::uint64_t offset,
                     std::span<const std::uint8_t> bytes) = 0;
  virtual void synced(const std::string& path) = 0;
  virtual void renamed(const std::string& from, const std::string& to) = 0;
  virtual void removed(const std::string& path) = 0;
  virtual void synced_folder(const std::string& path) = 0;
};

// For tests only. nullptr, as at the start, ends it. The observer is borrowed and must outlive the
// file operations that run meanwhile.
void set_file_observer(FileObserver* observer);

}  // namespace rung
