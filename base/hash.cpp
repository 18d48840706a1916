#include "base/hash.h"

#include "base/hex.h"

#include <sodium.h>

#include <algorithm>

namespace rung {
Sha256 sha256(std::initializer_list<std::string_view> parts) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (const std::string_view part : parts) {
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                              part.size());
  }
  Sha256 hash{};
  crypto_hash_sha256_final(&state, hash.data());
  return hash;
}

std::string to_hex(const Sha256& hash) {
  std::string out;
  append_hex(out, hash);
  return out;
}

Sha256 parse_sha256(std::string_view hex) {
  Sha256 hash{};
  if (!parse_hex(hex, hash)) return {};
  return hash;
}

Uuid uuid_from(const Sha256& hash) {
  Uuid uuid;
  std::copy_n(hash.begin(), uuid.bytes.size(), uuid.bytes.begin());
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0f) | 0x80);  // version 8: our own
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);  // variant of RFC 9562
  return uuid;
}

}  // namespace rung
