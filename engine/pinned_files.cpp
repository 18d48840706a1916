#include "engine/pinned_files.h"

#include "base/durable_file.h"

namespace rung::engine {
namespace {

constexpr std::size_t kMaxPinnedBytes = 64u << 20;

}  // namespace

std::string FilesOnDisk::changed(const Plan& plan, const runbooks::Step& step) const {
  for (const auto& [path, hash] : step.pinned) {
    const std::string full = path.starts_with('/') ? path : plan.folder_of(step) + "/" + path;
    const auto content = read_file(full, kMaxPinnedBytes);
    if (!content) return path + " cannot be read any more (" + content.error().message() + ")";
    const std::string now = to_hex(sha256({content.value()}));
    if (now != hash) {
      return path + " changed since the start (sha256 " + hash.substr(0, 12) + " then, " +
             now.substr(0, 12) + " now): put back what it was and resume, or cancel and start anew";
    }
  }
  return "";
}

}  // namespace rung::engine
