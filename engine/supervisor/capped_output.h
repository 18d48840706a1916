#pragma once

#include "base/durable_file.h"
#include "base/masking.h"
#include "engine/supervisor/record.h"

#include <string>
#include <string_view>

namespace rung::engine::supervisor {

// One stream of a command, masked and kept up to a cap: the first half as it came, and of the rest
// the last half. The file is written as the output comes, so that people can follow it; where it
// overflows, its second half is a ring until `finish` puts it in order.
//
// A stream without output has no file. What the disk refuses counts as dropped: a full disk must
// not stop the command.
class CappedOutput {
 public:
  // `secrets` outlives this.
  CappedOutput(std::string path, std::uint64_t cap_bytes, const SecretWords& secrets);

  void add(std::string_view bytes);

  // After it nothing is added.
  KeptFile finish();
  // Requires: finish() was called.
  Result<void> sync();

 private:
  void keep(std::string_view bytes);
  void write(std::uint64_t offset, std::string_view bytes);
  void keep_in_ring(std::string_view bytes);
  std::string content_in_order();

  std::string path_;
  std::uint64_t head_cap_;
  std::uint64_t ring_cap_;
  Masking masking_;
  std::string unmasked_;  // scratch, kept for its memory

  DurableFile file_;
  std::uint64_t head_ = 0;     // bytes in the first half
  std::uint64_t in_ring_ = 0;  // bytes that ever went into the second
  std::uint64_t refused_ = 0;  // bytes that could not be written
};

// What `path` holds now, hashed; nothing where there is no such file. Over `limit_bytes` it has its
// size and no hash.
KeptFile keep_file(const std::string& path, std::uint64_t limit_bytes);

}  // namespace rung::engine::supervisor
