#include "base/ids.h"

#include "base/hex.h"

namespace rung {

std::string to_string(const Uuid& uuid) {
  std::string digits;
  append_hex(digits, uuid.bytes);
  const std::string_view all = digits;
  std::string out;
  out.reserve(36);
  out.append(all.substr(0, 8)).append("-").append(all.substr(8, 4)).append("-");
  out.append(all.substr(12, 4)).append("-").append(all.substr(16, 4)).append("-");
  return out.append(all.substr(20));
}

Uuid parse_uuid(std::string_view text) {
  if (text.size() != 36) return {};
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash_here = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash_here != (text[i] == '-')) return {};
    if (!is_dash_here) digits += text[i];
  }
  Uuid uuid;
  if (!parse_hex(digits, uuid.bytes)) return {};
  return uuid;
}

}  // namespace rung
