#include "engine/supervisor/mask_file.h"

#include "base/durable_file.h"
#include "base/masking.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rung::engine::supervisor {
namespace {

void keep_size_only(const DurableFile& file, off_t size) {
  if (::ftruncate(file.fd(), 0) == 0) (void)!::ftruncate(file.fd(), size);
}

}  // namespace

void mask_file(const std::string& path, std::uint64_t limit_bytes, const SecretWords& secrets) {
  if (secrets.empty()) return;
  DurableFile file(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), path);
  struct stat status {};
  if (!file.is_open() || ::fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > limit_bytes) return keep_size_only(file, status.st_size);
  std::string content(size, '\0');
  const Result<std::size_t> got =
      file.read_at(0, {reinterpret_cast<std::uint8_t*>(content.data()), content.size()});
  if (!got) return keep_size_only(file, status.st_size);
  content.resize(got.value());
  const std::string masked = mask(content, secrets);
  if (masked == content) return;
  // A mask is shorter than any secret, so this needs no room on the disk.
  const bool is_written =
      bool(file.write_at(0, {reinterpret_cast<const std::uint8_t*>(masked.data()), masked.size()}));
  const auto left = static_cast<off_t>(is_written ? masked.size() : 0);
  (void)!::ftruncate(file.fd(), left);
}

}  // namespace rung::engine::supervisor
