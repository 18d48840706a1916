#include "engine/supervisor/capped_output.h"

#include "base/hash.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

namespace rung::engine::supervisor {
namespace {

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// As much of it as can be read.
std::string read_up_to(const DurableFile& file, std::uint64_t size) {
  std::string content(size, '\0');
  const Result<std::size_t> got =
      file.read_at(0, {reinterpret_cast<std::uint8_t*>(content.data()), content.size()});
  content.resize(got ? got.value() : 0);
  return content;
}

}  // namespace

CappedOutput::CappedOutput(std::string path, std::uint64_t cap_bytes, const SecretWords& secrets)
    : path_(std::move(path)),
      head_cap_(std::max<std::uint64_t>(cap_bytes / 2, 1)),
      ring_cap_(std::max<std::uint64_t>(cap_bytes - cap_bytes / 2, 1)),
      masking_(secrets) {}

void CappedOutput::add(std::string_view bytes) {
  unmasked_.clear();
  masking_.feed(bytes, unmasked_);
  keep(unmasked_);
}

void CappedOutput::keep(std::string_view bytes) {
  if (bytes.empty()) return;
  if (!file_.is_open()) {
    Result<DurableFile> created = DurableFile::create(path_);
    if (!created) {
      refused_ += bytes.size();
      return;
    }
    file_ = std::move(created).value();
  }
  const std::string_view for_head = bytes.substr(0, head_cap_ - head_);
  write(head_, for_head);
  head_ += for_head.size();
  keep_in_ring(bytes.substr(for_head.size()));
}

void CappedOutput::keep_in_ring(std::string_view bytes) {
  if (bytes.size() > ring_cap_) {
    in_ring_ += bytes.size() - ring_cap_;
    bytes.remove_prefix(bytes.size() - ring_cap_);
  }
  while (!bytes.empty()) {
    const std::uint64_t at = in_ring_ % ring_cap_;
    const std::string_view part = bytes.substr(0, ring_cap_ - at);
    write(head_cap_ + at, part);
    in_ring_ += part.size();
    bytes.remove_prefix(part.size());
  }
}

void CappedOutput::write(std::uint64_t offset, std::string_view bytes) {
  if (bytes.empty()) return;
  if (!file_.write_at(offset, as_bytes(bytes))) refused_ += bytes.size();
}

std::string CappedOutput::content_in_order() {
  std::string content = read_up_to(file_, head_ + std::min(in_ring_, ring_cap_));
  const auto turn = static_cast<std::ptrdiff_t>(in_ring_ % ring_cap_);
  if (in_ring_ <= ring_cap_ || turn == 0 || content.size() != head_cap_ + ring_cap_) return content;
  const auto ring = content.begin() + static_cast<std::ptrdiff_t>(head_cap_);
  std::rotate(ring, ring + turn, content.end());
  write(head_cap_, std::string_view(content).substr(head_cap_));
  return content;
}

KeptFile CappedOutput::finish() {
  unmasked_.clear();
  masking_.finish(unmasked_);
  keep(unmasked_);
  KeptFile kept;
  kept.dropped = refused_;
  if (!file_.is_open()) return kept;
  const std::string content = content_in_order();
  kept.size = content.size();
  kept.head = head_;
  if (in_ring_ > ring_cap_) {
    kept.dropped += in_ring_ - ring_cap_;
  } else {
    kept.head = kept.size;
  }
  kept.sha256 = sha256({content});
  return kept;
}

Result<void> CappedOutput::sync() {
  return file_.is_open() ? file_.sync() : success();
}

KeptFile keep_file(const std::string& path, std::uint64_t limit_bytes) {
  KeptFile kept;
  const DurableFile file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC),
                         path);
  struct stat status {};
  if (!file.is_open() || ::fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode)) return kept;
  kept.size = kept.head = static_cast<std::uint64_t>(status.st_size);
  if (kept.size == 0 || kept.size > limit_bytes) return kept;
  const std::string content = read_up_to(file, kept.size);
  kept.size = kept.head = content.size();
  kept.sha256 = sha256({content});
  return kept;
}

}  // namespace rung::engine::supervisor
