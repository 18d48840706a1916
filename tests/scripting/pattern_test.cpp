#include "scripting/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rung::scripting {
namespace {

using testing::HasSubstr;

struct Row {
  const char* text;
  const char* pattern;
  const char* match;  // the first capture, or the whole; nullptr: none
};
void PrintTo(const Row& row, std::ostream* out) {
  *out << row.pattern << " in " << row.text;
}

class Pattern : public testing::TestWithParam<Row> {};

// Every row was also given to Lua 5.4's string.match.
TEST_P(Pattern, MatchesAsLuaDoes) {
  Meter meter(1'000'000, 1 << 20);
  const auto& row = GetParam();
  const auto found = find_match(row.text, row.pattern, meter);
  ASSERT_TRUE(found) << found.error().what;
  ASSERT_EQ(found.value().has_value(), row.match != nullptr);
  if (row.match == nullptr) return;
  const auto& match = *found.value();
  EXPECT_EQ(match.captures.empty() ? match.whole : match.captures[0], row.match);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Pattern,
    testing::Values(
        Row{"hello world", "o w", "o w"}, Row{"hello", "l+", "ll"}, Row{"hello", "^h", "h"},
        Row{"hello", "^e", nullptr}, Row{"hello", "o$", "o"}, Row{"a$b", "a$b", "a$b"},
        Row{"key=value", "(%w+)=", "key"}, Row{"copied 42 rows", "(%d+) rows", "42"},
        Row{"aaa", "a-b", nullptr}, Row{"aaab", "a-b", "aaab"}, Row{"<<x>>", "<(.-)>", "<x"},
        Row{"f(a(b)c)d", "%b()", "(a(b)c)"}, Row{"THE (quick) fox", "%((%a+)%)", "quick"},
        Row{"x", "y?x", "x"}, Row{"colour", "colou?r", "colour"}, Row{"a-b_c", "[%a_-]+", "a-b_c"},
        Row{"abc]", "[]]", "]"}, Row{"abc", "[^a]+", "bc"}, Row{"0x1F", "%x+$", "1F"},
        Row{"THE END", "%f[%a]%a+%f[%A]", "THE"}, Row{"", "", ""}, Row{"", ".", nullptr},
        Row{"  x ", "^%s*(.-)%s*$", "x"}, Row{"2026-03-27", "%d+-(%d+)", "03"},
        Row{"a.b", "%.", "."}, Row{"50%", "%%", "%"}, Row{"\xff", "[\x80-\xff]", "\xff"},
        Row{"ab", "[b-]", "b"}, Row{"AbC", "%U", "b"}));

TEST(PatternMatcher, SaysWhatIsMalformed) {
  Meter meter(1'000'000, 1 << 20);
  for (const auto* pattern : {"[a", "%", "(a", "a)", "%b", "%f", "()", "%1", "[%", "[a-%"})
    EXPECT_THAT(find_match("aaa", pattern, meter).error().what, HasSubstr("malformed")) << pattern;
  EXPECT_THAT(find_match("a", std::string(300, 'a'), meter).error().what, HasSubstr("256"));
}

TEST(PatternMatcher, GivesUpOnAPatternThatBacktracksWithoutEnd) {
  Meter meter(1'000'000, 1 << 20);
  const std::string text(20'000, 'a');
  const auto found = find_match(text, ".-.-.-.-.-.-.-b", meter);
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().is_over_budget);
}

}  // namespace
}  // namespace rung::scripting
