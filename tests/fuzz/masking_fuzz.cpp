#include "base/masking.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace rung {
namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// `pieces`: how many bytes come with each read, in turn.
std::string masked(const std::vector<std::string>& secrets, const std::string& text,
                   const std::string& pieces) {
  const SecretWords words(secrets);
  Masking masking(words);
  std::string out;
  std::size_t turn = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size =
        pieces.empty() ? text.size() : 1 + (pieces[turn++ % pieces.size()] & 7);
    masking.feed(std::string_view(text).substr(at, size), out);
    at += size;
  }
  masking.finish(out);
  return out;
}

}  // namespace
}  // namespace rung

// Secrets, one a line; `|`; the sizes of the reads; `|`; the stream. However it is cut, the same
// must come out, and
// without a secret that no mask could have made.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rung;
  const std::string all(reinterpret_cast<const char*>(data), size);
  const std::size_t first = all.find('|');
  const std::size_t second = first == std::string::npos ? first : all.find('|', first + 1);
  if (second == std::string::npos) return 0;
  const std::vector<std::string> secrets = split(all.substr(0, first), '\n');
  const std::string stream = all.substr(second + 1);
  const std::string pieces = all.substr(first + 1, second - first - 1);
  const std::string whole = masked(secrets, stream, {});
  if (masked(secrets, stream, pieces) != whole) std::abort();
  for (const std::string& secret : secrets) {
    const bool is_masked = secret.size() >= SecretWords::kShortest;
    if (is_masked && secret.find('*') == std::string::npos &&
        whole.find(secret) != std::string::npos) {
      std::abort();
    }
  }
  return 0;
}
