#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace rung {
namespace {

struct Case {
  std::string name;
  std::string text;
  bool is_valid;
};

class Utf8Validity : public testing::TestWithParam<Case> {};

TEST_P(Utf8Validity, FollowsTheStandard) {
  EXPECT_EQ(is_utf8(GetParam().text), GetParam().is_valid);
}

INSTANTIATE_TEST_SUITE_P(
    All, Utf8Validity,
    testing::Values(Case{"empty", "", true}, Case{"ascii", "a\x7f", true},
                    Case{"two_bytes", "\xC2\x80\xDF\xBF", true},
                    Case{"three_bytes", "\xE0\xA0\x80\xEF\xBF\xBF", true},
                    Case{"four_bytes", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", true},
                    Case{"lone_continuation", "\x80", false},
                    Case{"overlong_two", "\xC0\xAF", false},
                    Case{"overlong_three", "\xE0\x80\xAF", false},
                    Case{"overlong_four", "\xF0\x80\x80\xAF", false},
                    Case{"surrogate", "\xED\xA0\x80", false},
                    Case{"beyond_the_last", "\xF4\x90\x80\x80", false},
                    Case{"no_lead_byte", "\xF8\x88\x80\x80\x80", false},
                    Case{"cut_off", "\xE2\x82", false}, Case{"wrong_second", "\xE2(\xA1", false}),
    [](const auto& one) { return one.param.name; });

TEST(Utf8, DecodesACharacter) {
  const Utf8Character euro = first_character("\xE2\x82\xAC!");
  EXPECT_TRUE(euro.is_valid);
  EXPECT_EQ(euro.code_point, 0x20ACU);
  EXPECT_EQ(euro.length, 3U);
}

TEST(Utf8, SkipsOneByteOfWhatIsBroken) {
  EXPECT_EQ(first_character("\xE2\x82").length, 1U);
  EXPECT_FALSE(first_character("\xE2\x82").is_valid);
}

}  // namespace
}  // namespace rung
