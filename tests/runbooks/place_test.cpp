#include "runbooks/template_text.h"
#include "runbooks/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rung::runbooks {
namespace {

// The place of `needle` inside the value of the key `x`, as line:column, and whether the source
// really holds it there.
std::string place_of_word(const std::string& text, const std::string& needle) {
  const Source source("x.yaml", text);
  Diagnostics diagnostics;
  Report report(source, diagnostics);
  const auto root = parse_yaml(report);
  if (!root || root->member("x") == nullptr) return "no tree";
  const Node& scalar = root->member("x")->value;
  const auto offset = scalar.text.find(needle);
  if (offset == std::string::npos) return "no word in: " + scalar.text;
  const auto at = place_in(source, scalar, offset);
  const auto found = source.text().substr(source.offset_of(at), needle.size());
  return std::to_string(at.line) + ":" + std::to_string(at.column) +
         (found == needle ? "" : " wrong: " + std::string(found));
}

TEST(PlaceIn, FindsAWordInPlainText) {
  EXPECT_EQ(place_of_word("x: one two\n", "two"), "1:8");
}

TEST(PlaceIn, FindsAWordInFoldedPlainText) {
  EXPECT_EQ(place_of_word("x: one\n   two\n   three\n", "three"), "3:4");
}

TEST(PlaceIn, CountsEscapesInDoubleQuotes) {
  EXPECT_EQ(place_of_word("x: \"a\\n\\u00e9 \\\"b\\\" two\"\n", "two"), "1:21");
}

TEST(PlaceIn, CountsDoubledSingleQuotes) {
  EXPECT_EQ(place_of_word("x: 'it''s two'\n", "two"), "1:11");
}

TEST(PlaceIn, FindsAWordInALiteralBlock) {
  EXPECT_EQ(place_of_word("x: |\n  one\n\n    deeper two\n", "two"), "4:12");
}

TEST(PlaceIn, FindsAWordInALiteralBlockWithStatedIndentation) {
  EXPECT_EQ(place_of_word("x: |2-\n    one\n  two\n", "two"), "3:3");
}

TEST(PlaceIn, FindsAWordInAFoldedBlock) {
  EXPECT_EQ(place_of_word("x: >-\n  one\n  two\n\n  three\n", "three"), "5:3");
}

TEST(PlaceIn, FindsAWordAfterWindowsLineEnds) {
  EXPECT_EQ(place_of_word("x: |\r\n  one\r\n  two\r\n", "two"), "3:3");
}

TEST(SplitText, TakesExpressionsOutOfText) {
  const auto split = split_text("a {{ b.c }} d{{e}}");
  ASSERT_EQ(split.parts.size(), 4u);
  EXPECT_EQ(split.parts[1].text, "b.c");
  EXPECT_EQ(split.parts[1].offset, 5u);
  EXPECT_EQ(split.parts[3].text, "e");
}

TEST(SplitText, LeavesBracesInsideQuotesAndMapsAlone) {
  EXPECT_EQ(split_text("{{ '}}' }}").parts[0].text, "'}}'");
  EXPECT_EQ(split_text("{{ {a = {b = 1}} }}").parts[0].text, "{a = {b = 1}}");
}

TEST(SplitText, TellsWhereTheBracesAreNotClosed) {
  EXPECT_EQ(split_text("a {{ b").unclosed, 2u);
}

}  // namespace
}  // namespace rung::runbooks
