#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rung {

// Two digits for each byte, in lower case.
void append_hex(std::string& out, std::span<const std::uint8_t> bytes);

// False where `text` is not exactly two hexadecimal digits, of either case, for each byte of
// `into`.
bool parse_hex(std::string_view text, std::span<std::uint8_t> into);

}  // namespace rung
