#include "base/hash.h"

#include <gtest/gtest.h>

namespace rung {
namespace {

TEST(Sha256, MatchesTheStandardsExample) {
  EXPECT_EQ(to_hex(sha256({"abc"})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, OfNothingIsThatOfTheEmptyText) {
  EXPECT_EQ(sha256({}), sha256({""}));
  EXPECT_EQ(to_hex(sha256({})).substr(0, 8), "e3b0c442");
}

TEST(Sha256, TakesItsPartsAsOneText) {
  EXPECT_EQ(sha256({"ab", "", "c"}), sha256({"abc"}));
}

TEST(Sha256, IsReadBackFromHex) {
  const Sha256 hash = sha256({"abc"});
  EXPECT_EQ(parse_sha256(to_hex(hash)), hash);
}

TEST(Sha256, IsAllZeroWhereTheTextIsNone) {
  EXPECT_EQ(parse_sha256("abc"), Sha256{});
  EXPECT_EQ(parse_sha256(std::string(64, 'g')), Sha256{});
}

TEST(UuidFromHash, HasVersionEightAndTheVariant) {
  const std::string text = to_string(uuid_from(sha256({"abc"})));
  EXPECT_EQ(text, "ba7816bf-8f01-8fea-8141-40de5dae2223");
}

}  // namespace
}  // namespace rung
