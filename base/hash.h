#pragma once

#include "base/ids.h"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace rung {

using Sha256 = std::array<std::uint8_t, 32>;

// The parts are hashed as one text; the caller separates them where two could run together.
Sha256 sha256(std::initializer_list<std::string_view> parts);
std::string to_hex(const Sha256& hash);
// Empty optional semantics by value: all zero where `hex` is not 64 hexadecimal digits.
Sha256 parse_sha256(std::string_view hex);

// A UUID (version 8) from the first 122 bits of the hash.
Uuid uuid_from(const Sha256& hash);

}  // namespace rung
