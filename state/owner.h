#pragma once

#include "base/result.h"
#include "base/time.h"

#include <memory>
#include <optional>
#include <string>

namespace rung::state {

// Who holds a store, for messages only: the lock is the truth.
struct OwnerNote {
  std::string who{};
  std::int64_t pid = 0;
  std::string host{};
  TimePoint since{};
};

// The lock `STORE.lock` beside a store: an OFD write lock on its own file, O_CLOEXEC, held until
// this object ends or the process dies. One engine drives a store at a time.
class OwnerLock {
 public:
  // Empty: somebody else holds it. unavailable: the folder cannot be written, or is on a network
  // file system.
  static Result<std::optional<OwnerLock>> try_take(const std::string& store_path,
                                                   const OwnerNote& note);
  // What the holder wrote; empty where nobody holds it.
  static Result<std::optional<OwnerNote>> holder(const std::string& store_path);

  OwnerLock(OwnerLock&&) noexcept;
  OwnerLock& operator=(OwnerLock&&) noexcept;
  ~OwnerLock();

 private:
  explicit OwnerLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

// `STORE.wake`: a FIFO by which clients tell the owner that a command waits. The owner's end.
class WakePipe {
 public:
  static Result<WakePipe> open(const std::string& store_path);
  WakePipe(WakePipe&&) noexcept;
  WakePipe& operator=(WakePipe&&) noexcept;
  ~WakePipe();

  int fd() const { return fd_; }  // readable when a client wrote; drain() empties it
  void drain();

 private:
  explicit WakePipe(int fd) : fd_(fd) {}
  int fd_ = -1;
};

// One byte into the FIFO. False: no engine reads it.
bool wake_owner(const std::string& store_path);

}  // namespace rung::state
