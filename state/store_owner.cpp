#include "state/store_owner.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <optional>

namespace rung::state {
namespace {

constexpr std::size_t kEntryBytes = 16384;
// What rung and SQLite make beside a store, and the folders in which commands run.
constexpr std::array kBeside = {"-journal", "-wal", "-shm",        ".lock",  ".wake",
                                ".ballast", ".d",   ".d/attempts", ".d/logs"};

std::string user_name(uid_t user) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, kEntryBytes> buffer{};
  const bool is_known =
      ::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
  return is_known ? found->pw_name : "uid " + std::to_string(user);
}
// As sudo and chown take one that has no name.
std::string user_word(uid_t user) {
  const std::string name = user_name(user);
  return name.starts_with("uid ") ? "'#" + std::to_string(user) + "'" : name;
}
std::string owner_word(uid_t user) {
  const std::string name = user_name(user);
  return name.starts_with("uid ") ? std::to_string(user) : name;
}

Error denied(std::string message) {
  return {ErrorCode::denied, std::move(message)};
}

// The folder itself, or the nearest above that exists.
struct Folder {
  std::string path;
  struct stat about {};
};
std::optional<Folder> nearest_folder(const std::string& store_path) {
  Folder folder{store_path};
  for (;;) {
    const std::size_t slash = folder.path.rfind('/');
    if (slash == std::string::npos)
      folder.path = ".";
    else
      folder.path.resize(slash == 0 ? 1 : slash);
    if (::stat(folder.path.c_str(), &folder.about) == 0) return folder;
    if (folder.path == "/" || folder.path == ".") return std::nullopt;
  }
}

bool is_open_to_all(const struct stat& about) {
  return (about.st_mode & S_IWOTH) != 0;
}

Result<void> check_folder(const Folder& folder, uid_t me) {
  const uid_t owner = folder.about.st_uid;
  if (owner != me && owner != 0) {
    const std::string name = user_name(owner);
    return denied("the folder " + folder.path + " belongs to " + name + ", and you are " +
                  user_name(me) + ": whoever owns the folder can exchange the store. " +
                  (me == 0
                       ? "Run  sudo -u " + user_word(owner) + " rung --store PATH ...  , or name"
                       : "Name") +
                  " a place of your own with --store or RUNG_STORE");
  }
  const bool is_sticky = (folder.about.st_mode & S_ISVTX) != 0;
  if (is_open_to_all(folder.about) && !is_sticky) {
    return denied("everybody may write in the folder " + folder.path +
                  ", and so exchange the store:  chmod o-w " + folder.path +
                  "  , or name another place with --store or RUNG_STORE");
  }
  return success();
}

Result<void> check_store(const std::string& path, uid_t me) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return success();
  if (about.st_uid != me) {
    const std::string name = user_name(about.st_uid);
    return denied("the store " + path + " belongs to " + name + ", and you are " + user_name(me) +
                  ": only its owner writes to it. Run  sudo -u " + user_word(about.st_uid) +
                  " rung --store " + path +
                  " ...  , or name a store of your own with --store; looking (ls, show, why, "
                  "logs, report) is allowed to whoever can read it");
  }
  if (is_open_to_all(about))
    return denied("everybody may write the store " + path +
                  ", and so answer for anybody:  chmod "
                  "o-w " +
                  path);
  return success();
}

Result<void> check_beside(const std::string& path, uid_t me) {
  struct stat about {};
  if (::lstat(path.c_str(), &about) != 0) return success();
  if (about.st_uid != me) {
    return denied(path + " belongs to " + user_name(about.st_uid) + ", and the store is yours (" +
                  user_name(me) + "): where no rung of theirs runs on this store, give it back " +
                  "(sudo chown -h " + owner_word(me) + " " + path + ") or remove it");
  }
  const bool is_writable = S_ISLNK(about.st_mode) == 0 && is_open_to_all(about);
  if (is_writable) return denied("everybody may write " + path + ":  chmod o-w " + path);
  return success();
}

}  // namespace

Result<void> refuse_foreign_journal(const std::string& store_path) {
  const std::string path = store_path + "-journal";
  struct stat store {};
  struct stat journal {};
  if (::lstat(path.c_str(), &journal) != 0 || ::stat(store_path.c_str(), &store) != 0)
    return success();
  if (journal.st_uid == store.st_uid || journal.st_uid == 0) return success();
  return denied(path + " belongs to " + user_name(journal.st_uid) + ", and the store to " +
                user_name(store.st_uid) +
                ": opened, it would be played back into the store. Rung makes no such file: look "
                "who did, and remove it");
}

Result<void> refuse_foreign_store(const std::string& store_path) {
  const uid_t me = ::geteuid();
  TRY(check_store(store_path, me));
  if (const auto folder = nearest_folder(store_path)) {
    TRY(check_folder(*folder, me));
  }
  for (const char* ending : kBeside) {
    TRY(check_beside(store_path + ending, me));
  }
  return success();
}

}  // namespace rung::state
