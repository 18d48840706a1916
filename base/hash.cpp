#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include "base/hex.h"

#include <openssl/sha.h>

#include <algorithm>

namespace rung {
// The functions of old: they need none of the library's initialisation, which costs milliseconds.
Sha256 sha256(std::initializer_list<std::string_view> parts) {
  SHA256_CTX state;
  SHA256_Init(&state);
  for (const std::string_view part : parts) SHA256_Update(&state, part.data(), part.size());
  Sha256 hash{};
  SHA256_Final(hash.data(), &state);
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
