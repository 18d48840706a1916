#include "base/hex.h"

#include <gtest/gtest.h>

#include <array>

namespace rung {
namespace {

TEST(Hex, WritesTwoDigitsForEachByte) {
  const std::array<std::uint8_t, 3> bytes{0x00, 0xAF, 0x09};
  std::string out = "x";
  append_hex(out, bytes);
  EXPECT_EQ(out, "x00af09");
}

TEST(Hex, ReadsDigitsOfEitherCase) {
  std::array<std::uint8_t, 2> bytes{};
  EXPECT_TRUE(parse_hex("aFFa", bytes));
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 2>{0xAF, 0xFA}));
}

TEST(Hex, RefusesOtherLengthsAndLetters) {
  std::array<std::uint8_t, 2> bytes{};
  EXPECT_FALSE(parse_hex("aff", bytes));
  EXPECT_FALSE(parse_hex("affaa0", bytes));
  EXPECT_FALSE(parse_hex("-1ff", bytes));
}

}  // namespace
}  // namespace rung
