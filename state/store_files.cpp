#include "state/store_files.h"

#include "base/durable_file.h"
#include "state/store_owner.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace rung::state {
namespace {

constexpr off_t kBallastBytes = 4 * 1024 * 1024;
constexpr off_t kNoteBytes = 4096;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

struct RemoteKind {
  std::uint32_t magic;
  const char* name;
};
// FUSE may well be local, but nothing tells; its syncs are what the program behind it makes of
// them.
constexpr std::array kRemoteKinds{
    RemoteKind{NFS_SUPER_MAGIC, "NFS"},   RemoteKind{SMB_SUPER_MAGIC, "SMB"},
    RemoteKind{0xff534d42U, "CIFS"},      RemoteKind{0xfe534d42U, "SMB2"},
    RemoteKind{0x65735546U, "FUSE"},      RemoteKind{CEPH_SUPER_MAGIC, "CephFS"},
    RemoteKind{0x0bd00bd0U, "Lustre"},    RemoteKind{0x01161970U, "GFS2"},
    RemoteKind{AFS_SUPER_MAGIC, "AFS"},   RemoteKind{V9FS_MAGIC, "9P"},
    RemoteKind{CODA_SUPER_MAGIC, "Coda"}, RemoteKind{0x47504653U, "GPFS"}};

class OpenFile {
 public:
  OpenFile(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

}  // namespace

Result<void> refuse_network_folder(const std::string& store_path) {
  const std::string folder = folder_of(store_path);
  struct statfs about {};
  if (::statfs(folder.c_str(), &about) != 0) return success();
  for (const RemoteKind& kind : kRemoteKinds) {
    if (static_cast<std::uint32_t>(about.f_type) != kind.magic) continue;
    return Error{ErrorCode::unavailable,
                 "the folder " + folder + " is on a network file system (" + kind.name +
                     "), where a lock or a sync may not hold: put the store on a local disk "
                     "(--store PATH)"};
  }
  return success();
}

Result<void> prepare_folder(const std::string& store_path) {
  TRY(refuse_foreign_store(store_path));
  const std::string folder = folder_of(store_path);
  if (::access(folder.c_str(), F_OK) != 0) {
    if (auto made = make_durable_folder(folder); !made) {
      return std::move(made).error().with_context("while making the store's folder");
    }
  }
  TRY(refuse_network_folder(store_path));
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    return Error{ErrorCode::unavailable, "the store's folder " + folder + " cannot be written (" +
                                             std::strerror(errno) +
                                             "): allow this user to write there, or name another "
                                             "place with --store"};
  }
  return success();
}

Ballast::Ballast(const std::string& store_path) : path_(store_path + ".ballast") {}

bool Ballast::fill() {
  const OpenFile file{path_, O_RDWR | O_CREAT};
  return file.is_open() && ::posix_fallocate(file.fd(), 0, kBallastBytes) == 0;
}

bool Ballast::is_filled() const {
  struct stat status {};
  return ::stat(path_.c_str(), &status) == 0 && status.st_size >= kBallastBytes;
}

void Ballast::release() {
  const OpenFile file{path_, O_RDWR};
  // Where this fails there is nothing to give back.
  if (file.is_open()) static_cast<void>(::ftruncate(file.fd(), kNoteBytes) == 0);
}

std::optional<Ballast::Seen> Ballast::seen() const {
  const OpenFile file{path_, O_RDONLY};
  std::array<char, 64> line{};
  if (!file.is_open()) return {};
  const ssize_t count = ::pread(file.fd(), line.data(), line.size(), 0);
  if (count < 38) return {};
  const std::string_view text{line.data(), static_cast<std::size_t>(count)};
  Seen seen{parse_uuid(text.substr(0, 36)), 0};
  const char* digits = line.data() + 37;
  if (std::from_chars(digits, line.data() + count, seen.epoch).ec != std::errc()) return {};
  return seen;
}

void Ballast::note(const Seen& seen) {
  const OpenFile file{path_, O_RDWR};
  if (!file.is_open()) return;
  const std::string line = to_string(seen.store) + " " + std::to_string(seen.epoch) + "\n";
  // An older line is no harm: it only notices less.
  static_cast<void>(::pwrite(file.fd(), line.data(), line.size(), 0) < 0);
}

}  // namespace rung::state
