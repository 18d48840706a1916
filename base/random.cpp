#include "base/random.h"

#include "base/ensure.h"

#include <sys/random.h>

#include <cerrno>
#include <cstring>

namespace rung {

Uuid Random::uuid() {
  Uuid uuid;
  const std::uint64_t words[2] = {next(), next()};
  for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
    uuid.bytes[i] = static_cast<std::uint8_t>(words[i / 8] >> (8 * (7 - i % 8)));
  }
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0f) | 0x40);  // version 4: random
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);  // variant of RFC 9562
  return uuid;
}

// Nothing is kept between calls: a process that forks would hand out the same numbers twice.
std::uint64_t SystemRandom::next() {
  std::uint64_t word = 0;
  ssize_t got = 0;
  do {
    got = getrandom(&word, sizeof word, 0);
  } while (got < 0 && errno == EINTR);
  ENSURE(got == static_cast<ssize_t>(sizeof word), "getrandom yields up to 256 bytes whole");
  return word;
}

std::uint64_t SeededRandom::next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

}  // namespace rung
