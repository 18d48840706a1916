#pragma once

#include "base/secret_words.h"

#include <cstdint>
#include <string>

namespace rung::engine::supervisor {

// Masks the secrets in a file that a command wrote by itself, in place: what stays on disk, and
// what the engine reads, holds none. Of a file over `limit_bytes`, which nobody will read, only
// the size stays. A file that is not there, or is no file, is left alone.
void mask_file(const std::string& path, std::uint64_t limit_bytes, const SecretWords& secrets);

}  // namespace rung::engine::supervisor
