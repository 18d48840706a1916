#include "base/durable_file.h"

#include "base/failpoint.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <iterator>
#include <utility>
#include <vector>

namespace rung {
namespace {

std::atomic<FileObserver*> the_observer{nullptr};

template <class Report>
void observe(Report report) {
  if (FileObserver* observer = the_observer.load(std::memory_order_acquire)) report(*observer);
}

std::string_view last_part(std::string_view path) {
  if (path.empty()) return "memory";
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos || path.size() == 1 ? path : path.substr(slash + 1);
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Calls `call` again while a signal interrupts it.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

// `call`, or the fault that a test wants instead of it, as errno.
template <class Call>
auto with_failpoint(std::string_view site, std::string_view path, Call call) -> decltype(call()) {
  switch (failpoint::reach(site, last_part(path))) {
    case failpoint::Fault::none: return uninterrupted(call);
    case failpoint::Fault::eio: errno = EIO; return -1;
    case failpoint::Fault::enospc: errno = ENOSPC; return -1;
  }
  return -1;
}

Error cannot(const char* what, const std::string& path) {
  const int errno_value = errno;
  return error_from_errno(std::string("cannot ") + what + ' ' + path, errno_value);
}

Result<void> remove_if_there(const std::string& path) {
  if (::unlink(path.c_str()) == 0) {
    observe([&](FileObserver& o) { o.removed(path); });
  } else if (errno != ENOENT) {
    return cannot("remove", path);
  }
  return success();
}

Result<void> rename_file(const std::string& from, const std::string& to) {
  const int result =
      with_failpoint("file.rename", to, [&] { return ::rename(from.c_str(), to.c_str()); });
  if (result < 0) return cannot("replace", to);
  observe([&](FileObserver& o) { o.renamed(from, to); });
  return success();
}

Result<void> write_new_file(const std::string& path, std::string_view content, unsigned mode) {
  TRY(DurableFile file, DurableFile::create(path, mode));
  TRY(file.write_at(0, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()}));
  return file.sync();
}

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

Result<void> make_one_folder(const std::string& path) {
  const int result =
      with_failpoint("file.create", path, [&] { return ::mkdir(path.c_str(), 0700); });
  if (result < 0 && errno == EEXIST && is_folder(path)) return success();
  if (result < 0) return cannot("make the folder", path);
  observe([&](FileObserver& o) { o.created(path); });
  TRY(sync_folder(path));
  return sync_folder(folder_of(path));
}

// An earlier start may have died between making this folder and syncing its parent. A parent that
// we may not even read is not ours: whoever made it has seen to that.
Result<void> sync_parent_of_existing(const std::string& path) {
  Result<void> synced = sync_folder(folder_of(path));
  if (!synced && synced.error().code() == ErrorCode::denied) return success();
  return synced;
}

// "/a", "/a/b" and "/a/b/c" of "/a/b/c".
std::vector<std::string> prefixes_of(const std::string& path) {
  std::vector<std::string> prefixes;
  for (std::size_t at = 1; at <= path.size(); ++at) {
    const bool is_end = at == path.size() || path[at] == '/';
    if (is_end && path[at - 1] != '/') prefixes.push_back(path.substr(0, at));
  }
  return prefixes;
}

}  // namespace

void set_file_observer(FileObserver* observer) {
  the_observer.store(observer, std::memory_order_release);
}

DurableFile::DurableFile(DurableFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

DurableFile& DurableFile::operator=(DurableFile&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
    path_ = std::move(other.path_);
  }
  return *this;
}

DurableFile::~DurableFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<DurableFile> DurableFile::create(const std::string& path, unsigned mode) {
  const int fd = with_failpoint("file.create", path, [&] {
    return ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  });
  if (fd < 0) return cannot("create", path);
  observe([&](FileObserver& o) { o.created(path); });
  return DurableFile(fd, path);
}

Result<DurableFile> DurableFile::open(const std::string& path) {
  const int fd = uninterrupted([&] { return ::open(path.c_str(), O_RDWR | O_CLOEXEC); });
  if (fd < 0) return cannot("open", path);
  return DurableFile(fd, path);
}

Result<void> DurableFile::write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = with_failpoint("file.write", path_, [&] {
      return ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    });
    if (written < 0) return cannot("write to", path_);
    const auto count = static_cast<std::size_t>(written);
    observe([&](FileObserver& o) { o.wrote(path_, offset, bytes.first(count)); });
    offset += count;
    bytes = bytes.subspan(count);
  }
  return success();
}

Result<std::size_t> DurableFile::read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
  std::size_t total = 0;
  while (total < into.size()) {
    const std::span<std::uint8_t> rest = into.subspan(total);
    const ssize_t got = uninterrupted(
        [&] { return ::pread(fd_, rest.data(), rest.size(), static_cast<off_t>(offset + total)); });
    if (got < 0) return cannot("read", path_);
    if (got == 0) break;
    total += static_cast<std::size_t>(got);
  }
  return total;
}

Result<void> DurableFile::sync() {
  const int result = with_failpoint("file.sync", path_, [&] { return ::fdatasync(fd_); });
  if (result < 0) return cannot("sync", path_);
  observe([&](FileObserver& o) { o.synced(path_); });
  return success();
}

Result<bool> DurableFile::try_lock() {
  const int result = uninterrupted([&] { return ::flock(fd_, LOCK_EX | LOCK_NB); });
  if (result == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  return cannot("lock", path_);
}

Result<void> make_durable_folder(const std::string& path) {
  const std::vector<std::string> prefixes = prefixes_of(path);
  auto missing = prefixes.begin();
  while (missing != prefixes.end() && is_folder(*missing)) ++missing;
  if (missing != prefixes.begin()) {
    TRY(sync_parent_of_existing(*std::prev(missing)));
  }
  for (; missing != prefixes.end(); ++missing) {
    TRY(make_one_folder(*missing));
  }
  return success();
}

Result<void> sync_folder(const std::string& path) {
  const DurableFile folder(
      uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }),
      path);
  if (!folder.is_open()) return cannot("open the folder", path);
  const int result = with_failpoint("file.sync_folder", path, [&] { return ::fsync(folder.fd()); });
  if (result < 0) return cannot("sync the folder", path);
  observe([&](FileObserver& o) { o.synced_folder(path); });
  return success();
}

Result<std::string> read_file(const std::string& path, std::size_t limit_bytes) {
  const DurableFile file(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }),
                         path);
  if (!file.is_open()) return cannot("open", path);
  // Read to the end instead of asking for the size: files of /proc say 0.
  std::string content;
  std::array<char, 16384> part{};
  for (;;) {
    const ssize_t got = uninterrupted([&] { return ::read(file.fd(), part.data(), part.size()); });
    if (got < 0) return cannot("read", path);
    if (got == 0) return content;
    if (content.size() + static_cast<std::size_t>(got) > limit_bytes) {
      return Error(ErrorCode::exhausted, path + " is larger than " + std::to_string(limit_bytes) +
                                             " bytes, the most that is read here");
    }
    content.append(part.data(), static_cast<std::size_t>(got));
  }
}

Result<void> replace_file(const std::string& path, std::string_view content, unsigned mode) {
  const std::string beside = path + ".new";
  TRY(remove_if_there(beside));  // left behind by a crash
  Result<void> done = write_new_file(beside, content, mode);
  if (done) done = rename_file(beside, path);
  if (!done) {
    // The first failure is the one to tell; what lies beside is removed by the next call at last.
    (void)remove_if_there(beside);
    return done;
  }
  return sync_folder(folder_of(path));
}

}  // namespace rung
