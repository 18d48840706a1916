#include "engine/supervisor/secret_files.h"

#include "base/durable_file.h"
#include "base/hash.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>

namespace rung::engine::supervisor {
namespace {

bool is_tmpfs(const std::string& path) {
  struct statfs status {};
  return ::statfs(path.c_str(), &status) == 0 && status.f_type == TMPFS_MAGIC &&
         ::access(path.c_str(), W_OK | X_OK) == 0;
}

int write_secret_file(int folder, const JobFile& file) {
  const DurableFile made(::openat(folder, file.name.c_str(),
                                  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!made.is_open()) return errno;
  std::string_view rest = file.content;
  while (!rest.empty()) {
    const ssize_t written = ::write(made.fd(), rest.data(), rest.size());
    if (written < 0) return errno;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

// Only files lie there: a command that made folders in it keeps them, with their content.
void remove_content(int folder_fd) {
  const std::unique_ptr<DIR, CloseFolder> folder(fdopendir(folder_fd));
  if (folder == nullptr) return;
  while (const dirent* entry = readdir(folder.get())) ::unlinkat(folder_fd, entry->d_name, 0);
}

}  // namespace

int make_secret_files(const Job& job) {
  if (job.files.empty()) return 0;
  // The link comes first: a folder without one would be lost.
  if (::symlink(job.files_folder.c_str(), kFilesLink) != 0) return errno;
  if (::mkdir(job.files_folder.c_str(), 0700) != 0) return errno;
  const DurableFile folder(
      ::open(job.files_folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.is_open()) return errno;
  for (const JobFile& file : job.files) {
    if (const int failure = write_secret_file(folder.fd(), file); failure != 0) return failure;
  }
  return 0;
}

void remove_secret_files(const std::string& attempt_folder) {
  const std::string link = attempt_folder + '/' + kFilesLink;
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlink(link.c_str(), target.data(), target.size() - 1);
  if (length <= 0) return;
  const int folder = ::open(target.data(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder >= 0) {
    struct stat status {};
    const bool is_ours = ::fstat(folder, &status) == 0 && status.st_uid == ::geteuid() &&
                         (status.st_mode & 0077U) == 0;
    if (is_ours) {
      remove_content(folder);  // closes it
      ::rmdir(target.data());
    } else {
      ::close(folder);
    }
  }
  ::unlink(link.c_str());
}

Result<std::string> secret_folder_for(const std::string& attempt_id) {
  const std::string name = "/rung-" + to_hex(sha256({attempt_id})).substr(0, 32);
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && is_tmpfs(runtime)) return runtime + name;
  if (is_tmpfs("/dev/shm")) return "/dev/shm" + name;
  return Error(ErrorCode::unavailable,
               "`files:` need a tmpfs, so that secrets never reach a disk: neither "
               "$XDG_RUNTIME_DIR nor /dev/shm is a tmpfs that this user may write to");
}

}  // namespace rung::engine::supervisor
