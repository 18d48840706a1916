#include "state/owner.h"

#include "base/json.h"
#include "state/store_files.h"
#include "state/store_owner.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace rung::state {
namespace {

constexpr std::size_t kNoteLimit = 4096;

std::string lock_path(const std::string& store_path) {
  return store_path + ".lock";
}
std::string wake_path(const std::string& store_path) {
  return store_path + ".wake";
}

Error system_error(const std::string& what, const std::string& path) {
  return {ErrorCode::unavailable, "cannot " + what + " " + path + ": " + std::strerror(errno)};
}

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

void write_note(int fd, const OwnerNote& note) {
  const Value::Map fields{
      {"who", note.who}, {"pid", note.pid}, {"host", note.host}, {"since", note.since}};
  const std::string json = to_journal_json(fields) + "\n";
  // For messages only: where it cannot be written the lock holds all the same.
  if (::ftruncate(fd, 0) != 0) return;
  static_cast<void>(::pwrite(fd, json.data(), json.size(), 0) < 0);
}

template <class T>
T member_or(const Value& value, std::string_view name, T otherwise) {
  const Value* member = value.member(name);
  const T* found = member == nullptr ? nullptr : member->get_if<T>();
  return found == nullptr ? otherwise : *found;
}

OwnerNote read_note(int fd) {
  std::array<char, kNoteLimit> text{};
  const ssize_t count = ::pread(fd, text.data(), text.size(), 0);
  const std::size_t length = count > 0 ? static_cast<std::size_t>(count) : 0;
  std::string_view json{text.data(), length};
  if (json.ends_with('\n')) json.remove_suffix(1);
  const auto value = from_journal_json(json);
  if (!value) return {};  // the holder is about to write it
  return {member_or<std::string>(value.value(), "who", ""),
          member_or<std::int64_t>(value.value(), "pid", 0),
          member_or<std::string>(value.value(), "host", ""),
          member_or<TimePoint>(value.value(), "since", {})};
}

void close_if_open(int fd) {
  if (fd >= 0) ::close(fd);
}

// None of the files beside a store is ever a link. In a folder that others may write to, a link
// would make this process empty or write to whatever it names.

// The reader of a FIFO may go away between open and write: its SIGPIPE must not end this process.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    const struct timespec now {};
    while (sigtimedwait(&pipe_, nullptr, &now) == -1 && errno == EINTR) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

}  // namespace

Result<std::optional<OwnerLock>> OwnerLock::try_take(const std::string& store_path,
                                                     const OwnerNote& note) {
  TRY(prepare_folder(store_path));
  const std::string path = lock_path(store_path);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return system_error("open the lock", path);
  OwnerLock lock{fd};
  // Once more: in a folder of everybody somebody may have been faster.
  TRY(refuse_foreign_store(store_path));
  struct flock wanted = whole_file();
  if (::fcntl(fd, F_OFD_SETLK, &wanted) != 0) {
    if (errno == EAGAIN || errno == EACCES) return std::optional<OwnerLock>{};
    return system_error("lock", path);
  }
  write_note(fd, note);
  return std::optional<OwnerLock>{std::move(lock)};
}

Result<std::optional<OwnerNote>> OwnerLock::holder(const std::string& store_path) {
  const std::string path = lock_path(store_path);
  const int fd = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::optional<OwnerNote>{};
  if (fd < 0) return system_error("open the lock", path);
  const OwnerLock closes{fd};
  struct flock asked = whole_file();
  if (::fcntl(fd, F_OFD_GETLK, &asked) != 0) return system_error("look at the lock", path);
  if (asked.l_type == F_UNLCK) return std::optional<OwnerNote>{};
  return std::optional{read_note(fd)};
}

OwnerLock::OwnerLock(OwnerLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
OwnerLock& OwnerLock::operator=(OwnerLock&& other) noexcept {
  if (this != &other) {
    close_if_open(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}
OwnerLock::~OwnerLock() {
  close_if_open(fd_);
}

Result<WakePipe> WakePipe::open(const std::string& store_path) {
  const std::string path = wake_path(store_path);
  if (::mkfifo(path.c_str(), 0600) != 0 && errno != EEXIST) {
    return system_error("make the FIFO", path);
  }
  // For reading and writing: without a writer of our own it would be "ready" after each client.
  const int fd = ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return system_error("open the FIFO", path);
  WakePipe pipe{fd};
  struct stat about {};
  if (::fstat(fd, &about) != 0 || !S_ISFIFO(about.st_mode)) {
    return Error{ErrorCode::unavailable,
                 path + " is not a FIFO: move it away, rung makes its own there"};
  }
  return pipe;
}

WakePipe::WakePipe(WakePipe&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
WakePipe& WakePipe::operator=(WakePipe&& other) noexcept {
  if (this != &other) {
    close_if_open(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}
WakePipe::~WakePipe() {
  close_if_open(fd_);
}

void WakePipe::drain() {
  // A FIFO holds 64 KiB; who writes on while we read is served by the next wake-up.
  std::array<char, 4096> bytes{};
  for (int i = 0; i < 32 && ::read(fd_, bytes.data(), bytes.size()) > 0; ++i) {
  }
}

bool wake_owner(const std::string& store_path) {
  const WithoutSigpipe guard;
  const int fd =
      ::open(wake_path(store_path).c_str(), O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return false;  // ENXIO: nobody reads it
  struct stat about {};
  const bool is_fifo = ::fstat(fd, &about) == 0 && S_ISFIFO(about.st_mode);
  const bool is_heard = is_fifo && (::write(fd, "!", 1) == 1 || errno == EAGAIN);
  ::close(fd);
  return is_heard;
}

}  // namespace rung::state
