#include "base/random.h"

#include <gtest/gtest.h>

namespace rung {
namespace {

TEST(SeededRandom, YieldsTheNumbersOfSplitMix64) {
  SeededRandom random(0);
  EXPECT_EQ(random.next(), 0xE220A8397B1DCDAFU);
  EXPECT_EQ(random.next(), 0x6E789E6AA1B965F4U);
  EXPECT_EQ(random.next(), 0x06C45D188009454FU);
}

TEST(SeededRandom, YieldsTheSameForTheSameSeed) {
  SeededRandom one(42);
  SeededRandom other(42);
  EXPECT_EQ(one.uuid(), other.uuid());
  EXPECT_EQ(one.next(), other.next());
}

TEST(SystemRandom, YieldsOtherNumbersEachTime) {
  SystemRandom random;
  EXPECT_NE(random.next(), random.next());
}

TEST(Random, MakesUuidsOfVersionFour) {
  SystemRandom random;
  const std::string text = to_string(random.uuid());
  EXPECT_EQ(text[14], '4');
  EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos);
}

class ExtremeRandom final : public Random {
 public:
  explicit ExtremeRandom(std::uint64_t number) : number_(number) {}
  std::uint64_t next() override { return number_; }

 private:
  std::uint64_t number_;
};

TEST(Random, MakesUnitsFromZeroToBelowOne) {
  EXPECT_EQ(ExtremeRandom(0).unit(), 0.0);
  EXPECT_LT(ExtremeRandom(UINT64_MAX).unit(), 1.0);
}

}  // namespace
}  // namespace rung
