#include "base/diagnostic.h"

#include <gtest/gtest.h>

namespace rung {
namespace {

Diagnostic an_error(Position at, int length = 1) {
  return {.file = "f.yaml", .at = at, .length = length, .message = "no", .fix = "yes"};
}

std::string rendered(const Diagnostic& diagnostic, std::string_view text) {
  return render({diagnostic}, [text](const std::string&) { return text; });
}

TEST(RenderDiagnostics, ShowsTheLineACaretAndTheFix) {
  const std::string text =
      std::string(30, '\n') + "    when: steps.lag.lag > 10s && mode != \"drill\"\n";
  EXPECT_EQ(rendered({.file = "failover.yaml",
                      .at = {31, 31},
                      .length = 2,
                      .message = "'&&' is not an operator here",
                      .fix = "write: steps.lag.lag > 10s and mode != \"drill\""},
                     text),
            R"(failover.yaml:31:31 error: '&&' is not an operator here
   31 |     when: steps.lag.lag > 10s && mode != "drill"
      |                               ^^  write: steps.lag.lag > 10s and mode != "drill"
)");
}

TEST(RenderDiagnostics, ShowsAWarningWithoutAFixLikewise) {
  EXPECT_EQ(rendered({.severity = Severity::warning,
                      .file = "f.yaml",
                      .at = {1, 1},
                      .length = 3,
                      .message = "slow",
                      .fix = ""},
                     "rto: 5m"),
            "f.yaml:1:1 warning: slow\n    1 | rto: 5m\n      | ^^^\n");
}

TEST(RenderDiagnostics, GivesTheFixAloneWhereTheTextIsMissing) {
  EXPECT_EQ(rendered(an_error({60, 27}), ""), "f.yaml:60:27 error: no\n      | yes\n");
}

TEST(RenderDiagnostics, GivesTheFixAloneBeyondTheLastLine) {
  EXPECT_EQ(rendered(an_error({3, 1}), "a\nb"), "f.yaml:3:1 error: no\n      | yes\n");
}

TEST(RenderDiagnostics, NamesOnlyTheFileWhereThePlaceIsUnknown) {
  EXPECT_EQ(rendered(an_error({}), "a: 1"), "f.yaml error: no\n      | yes\n");
}

TEST(RenderDiagnostics, ShowsTheLineWithoutACaretWhereTheColumnIsUnknown) {
  EXPECT_EQ(rendered(an_error({1, 0}), "a: 1"), "f.yaml:1 error: no\n    1 | a: 1\n      | yes\n");
}

TEST(RenderDiagnostics, PointsBehindTheLineForAColumnPastItsEnd) {
  EXPECT_EQ(rendered(an_error({1, 99}, 5), "a: 1\r\nb"),
            "f.yaml:1:99 error: no\n    1 | a: 1\n      |     ^  yes\n");
}

TEST(RenderDiagnostics, PointsAtAnEmptyLine) {
  EXPECT_EQ(rendered(an_error({2, 1}), "a\n\nb"),
            "f.yaml:2:1 error: no\n    2 | \n      | ^  yes\n");
}

TEST(RenderDiagnostics, UnderlinesNoFurtherThanTheLine) {
  EXPECT_EQ(rendered(an_error({1, 3}, 100), "abcd"),
            "f.yaml:1:3 error: no\n    1 | abcd\n      |   ^^  yes\n");
}

TEST(RenderDiagnostics, AlignsUnderTabs) {
  EXPECT_EQ(rendered(an_error({1, 3}), "\ta b"),
            "f.yaml:1:3 error: no\n    1 |     a b\n      |      ^  yes\n");
}

TEST(RenderDiagnostics, CountsACharacterOfSeveralBytesAsOneColumn) {
  EXPECT_EQ(rendered(an_error({1, 4}), "\xC3\xA4 b"),
            "f.yaml:1:4 error: no\n    1 | \xC3\xA4 b\n      |   ^  yes\n");
}

TEST(RenderDiagnostics, CountsAWideCharacterAsTwoColumns) {
  EXPECT_EQ(rendered(an_error({1, 8}), "\u65E5\u672C b"),
            "f.yaml:1:8 error: no\n    1 | \u65E5\u672C b\n      |      ^  yes\n");
}

TEST(RenderDiagnostics, UnderlinesAWideCharacterWhole) {
  EXPECT_EQ(rendered(an_error({1, 1}, 6), "\u65E5\u672C b"),
            "f.yaml:1:1 error: no\n    1 | \u65E5\u672C b\n      | ^^^^  yes\n");
}

TEST(RenderDiagnostics, CountsACombiningMarkWithItsCharacter) {
  EXPECT_EQ(rendered(an_error({1, 5}), "e\u0301 b"),
            "f.yaml:1:5 error: no\n    1 | e\u0301 b\n      |   ^  yes\n");
}

TEST(RenderDiagnostics, AlignsUnderALineThatIsCutInsideOfAWideCharacter) {
  std::string line = "a";
  for (int i = 0; i < 200; ++i) line += "\u65E5";
  const std::string half = "\u65E5";
  std::string shown;
  for (int i = 0; i < 25; ++i) shown += half;
  const std::string text = rendered(an_error({1, 1 + 1 + 100 * 3}, 3), line);
  EXPECT_NE(text.find("    1 | ..." + shown), std::string::npos) << text;
  EXPECT_NE(text.find("      | " + std::string(53, ' ') + "^^  yes"), std::string::npos) << text;
}

TEST(RenderDiagnostics, EscapesWhatWouldMoveTheCursorOrTurnTheText) {
  EXPECT_EQ(rendered(an_error({1, 2}, 2), "a\x1b\xE2\x80\xAE\xFFz"),
            "f.yaml:1:2 error: no\n    1 | a\\x1b\\u202e\\xffz\n      |  ^^^^^^^^^^  yes\n");
}

TEST(RenderDiagnostics, EscapesControlsInMessages) {
  Diagnostic diagnostic = an_error({});
  diagnostic.message = "found \x1b[2J";
  EXPECT_EQ(rendered(diagnostic, ""), "f.yaml error: found \\x1b[2J\n      | yes\n");
}

TEST(RenderDiagnostics, CutsALongLineAroundTheCaret) {
  const std::string line = std::string(300, 'a') + "!" + std::string(300, 'b');
  EXPECT_EQ(rendered(an_error({1, 301}), line),
            "f.yaml:1:301 error: no\n    1 | ..." + std::string(50, 'a') + "!" +
                std::string(49, 'b') + "...\n      | " + std::string(53, ' ') + "^  yes\n");
}

TEST(RenderDiagnostics, CutsOnlyTheEndWhereTheCaretIsAtTheBegin) {
  EXPECT_EQ(rendered(an_error({1, 1}, 500), std::string(300, 'a')),
            "f.yaml:1:1 error: no\n    1 | " + std::string(100, 'a') + "...\n      | " +
                std::string(100, '^') + "  yes\n");
}

TEST(RenderDiagnostics, PutsFurtherLinesOfTheFixBelowItsFirst) {
  Diagnostic diagnostic = an_error({1, 2}, 2);
  diagnostic.fix = "one\ntwo\n";
  EXPECT_EQ(rendered(diagnostic, "abcd"),
            "f.yaml:1:2 error: no\n    1 | abcd\n      |  ^^  one\n      |      two\n");
}

TEST(RenderDiagnostics, SortsByFileAndPlace) {
  Diagnostic first{.file = "a", .at = {9, 9}, .message = "1", .fix = ""};
  Diagnostic second{.file = "b", .at = {2, 1}, .message = "2", .fix = ""};
  Diagnostic third{.file = "b", .at = {10, 1}, .message = "3", .fix = ""};
  EXPECT_EQ(render({third, second, first}, nullptr),
            "a:9:9 error: 1\nb:2:1 error: 2\nb:10:1 error: 3\n");
}

TEST(Diagnostics, HaveErrorsOnlyIfOneIsNoWarning) {
  Diagnostic warning = an_error({});
  warning.severity = Severity::warning;
  EXPECT_FALSE(has_errors({}));
  EXPECT_FALSE(has_errors({warning}));
  EXPECT_TRUE(has_errors({warning, an_error({})}));
}

TEST(Nearest, FindsTheWordThatWasMeant) {
  EXPECT_EQ(nearest("lag_s", {"bytes", "lag", "timeline"}), "lag");
  EXPECT_EQ(nearest("tiemout", {"url", "timeout"}), "timeout");
  EXPECT_EQ(nearest("retires", {"retry", "retries"}), "retries");
}

TEST(Nearest, PrefersTheSmallerDistance) {
  EXPECT_EQ(nearest("steps", {"stops!", "step"}), "step");
}

TEST(Nearest, GivesNothingWhereNoneIsNearEnough) {
  EXPECT_EQ(nearest("lag", {"bytes", "timeline"}), "");
  EXPECT_EQ(nearest("ab", {"cd", "ac"}), "");
  EXPECT_EQ(nearest("anything", {}), "");
}

}  // namespace
}  // namespace rung
