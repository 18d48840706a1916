#include "base/display_width.h"

#include <gtest/gtest.h>

namespace rung {
namespace {

struct WidthCase {
  const char* name;
  char32_t code_point;
  std::size_t columns;
};

class DisplayWidth : public testing::TestWithParam<WidthCase> {};

TEST_P(DisplayWidth, IsWhatATerminalDraws) {
  EXPECT_EQ(display_width(GetParam().code_point), GetParam().columns);
}

INSTANTIATE_TEST_SUITE_P(
    All, DisplayWidth,
    testing::Values(
        WidthCase{"ALatinLetter", U'a', 1}, WidthCase{"AnAccentedLetter", U'\u00E9', 1},
        WidthCase{"AGreekLetter", U'\u03B1', 1}, WidthCase{"ABoxOfABar", U'\u2588', 1},
        WidthCase{"AKanji", U'\u65E5', 2}, WidthCase{"AKana", U'\u306E', 2},
        WidthCase{"AHangulSyllable", U'\uD55C', 2}, WidthCase{"AFullWidthLetter", U'\uFF21', 2},
        WidthCase{"AHalfWidthKana", U'\uFF71', 1}, WidthCase{"AnEmoji", U'\U0001F525', 2},
        WidthCase{"ARareKanji", U'\U00020000', 2}, WidthCase{"ACombiningAccent", U'\u0301', 0},
        WidthCase{"AJoiner", U'\u200D', 0}, WidthCase{"AVariation", U'\uFE0F', 0}),
    [](const testing::TestParamInfo<WidthCase>& one) { return one.param.name; });

}  // namespace
}  // namespace rung
