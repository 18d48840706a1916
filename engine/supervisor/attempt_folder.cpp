#include "engine/supervisor/attempt_folder.h"

#include "base/durable_file.h"
#include "base/hash.h"
#include "engine/supervisor/job.h"
#include "engine/supervisor/secret_files.h"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <filesystem>
#include <optional>

namespace rung::engine::supervisor {
namespace {

constexpr std::size_t kStepHashDigits = 16;

std::string name_of_attempt(const AttemptId& id) {
  return to_hex(sha256({id.address})).substr(0, kStepHashDigits) + '.' +
         std::to_string(id.generation) + '.' + std::to_string(id.attempt);
}

// Processes that the command left behind may still live in it; it then stays with them.
void remove_cgroup(const std::string& folder) {
  std::array<char, PATH_MAX> target{};
  const std::string link = folder + "/" + kCgroupLink;
  const ssize_t length = ::readlink(link.c_str(), target.data(), target.size() - 1);
  if (length > 0) ::rmdir(target.data());
}

bool is_marked_as_delegated(const std::string& cgroup) {
  for (const char* mark : {"user.delegate", "trusted.delegate"}) {
    char value = 0;
    if (::getxattr(cgroup.c_str(), mark, &value, 1) == 1 && value == '1') return true;
  }
  return false;
}

// What follows `before` up to the end of its line or the next space.
std::optional<std::string> word_after(const std::string& text, std::string_view before) {
  const std::size_t at = text.find(before);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = at + before.size();
  return text.substr(begin, text.find_first_of(" \n", begin) - begin);
}

}  // namespace

std::string attempt_folder(const std::string& store_folder, const AttemptId& id) {
  return store_folder + "/attempts/" + std::to_string(id.run.number) + '/' + name_of_attempt(id);
}

std::string attempt_cookie(const StoreId& store, const AttemptId& id) {
  return to_string(store) + '/' + std::to_string(id.run.number) + '/' + name_of_attempt(id);
}

Result<void> remove_attempt(const std::string& folder) {
  remove_secret_files(folder);
  remove_cgroup(folder);
  for (const char* name : {"record", "stdout", "stderr", "output"}) {
    ::unlink((folder + '/' + name).c_str());
  }
  if (::rmdir(folder.c_str()) == 0 || errno == ENOENT) return success();
  std::error_code failure;  // The command may have put anything beside its output file.
  std::filesystem::remove_all(folder, failure);
  if (failure) {
    return Error(ErrorCode::unavailable, "cannot remove " + folder + ": " + failure.message());
  }
  return success();
}

void remove_run_folder(const std::string& store_folder, RunId run) {
  ::rmdir((store_folder + "/attempts/" + std::to_string(run.number)).c_str());
}

std::string delegated_cgroup() {
  constexpr std::size_t kLimit = 1U << 20U;
  const Result<std::string> own = read_file("/proc/self/cgroup", kLimit);
  const Result<std::string> mounts = read_file("/proc/self/mounts", kLimit);
  if (!own || !mounts) return {};
  const std::optional<std::string> path = word_after(own.value(), "0::");
  const std::optional<std::string> mount = word_after(mounts.value(), "cgroup2 ");
  if (!path || !mount) return {};
  const std::string cgroup = *path == "/" ? *mount : *mount + *path;
  const bool can_kill = ::access((cgroup + "/cgroup.kill").c_str(), W_OK) == 0;
  const bool can_move = ::access((cgroup + "/cgroup.procs").c_str(), W_OK) == 0;
  return can_kill && can_move && is_marked_as_delegated(cgroup) ? cgroup : std::string();
}

std::string cgroup_for(const std::string& delegated, const std::string& cookie) {
  if (delegated.empty()) return {};
  return delegated + "/rung-" + to_hex(sha256({cookie})).substr(0, 2 * kStepHashDigits);
}

}  // namespace rung::engine::supervisor
