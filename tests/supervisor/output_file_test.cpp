#include "engine/supervisor/output_file.h"

#include "engine/supervisor/output_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rung::engine::supervisor {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

std::map<std::string, std::string> parsed(std::string_view text) {
  Result<std::map<std::string, std::string>> outputs = parse_output_file(text);
  EXPECT_TRUE(outputs) << (outputs ? "" : outputs.error().message());
  return outputs ? std::move(outputs).value() : std::map<std::string, std::string>{};
}

std::string refusal(std::string_view text) {
  const auto outputs = parse_output_file(text);
  return outputs ? "" : outputs.error().message();
}

TEST(OutputFile, GivesEachLineAsAnOutput) {
  EXPECT_THAT(parsed("a=1\nlong_name2=x y\n"),
              UnorderedElementsAre(Pair("a", "1"), Pair("long_name2", "x y")));
}

TEST(OutputFile, TakesEveryByteAfterTheFirstEqualsSign) {
  EXPECT_THAT(parsed("url=http://h/?a=b<<c \n"),
              UnorderedElementsAre(Pair("url", "http://h/?a=b<<c ")));
}

TEST(OutputFile, NeedsNoNewlineAtItsEnd) {
  EXPECT_THAT(parsed("a=1"), UnorderedElementsAre(Pair("a", "1")));
}

TEST(OutputFile, KeepsAnEmptyValue) {
  EXPECT_THAT(parsed("a=\n"), UnorderedElementsAre(Pair("a", "")));
}

TEST(OutputFile, IsEmptyWhereTheCommandWroteNothing) {
  EXPECT_THAT(parsed("\n\n"), IsEmpty());
}

TEST(OutputFile, KeepsTheLinesOfATextAsTheyAre) {
  EXPECT_THAT(parsed("r<<END\none\n\n two=2\nEND\nb=1\n"),
              UnorderedElementsAre(Pair("r", "one\n\n two=2"), Pair("b", "1")));
}

TEST(OutputFile, KeepsATextThatBeginsWithAnEmptyLine) {
  EXPECT_THAT(parsed("r<<END\n\nx\nEND\n"), UnorderedElementsAre(Pair("r", "\nx")));
}

TEST(OutputFile, KeepsAnEmptyText) {
  EXPECT_THAT(parsed("r<<END\nEND\n"), UnorderedElementsAre(Pair("r", "")));
}

TEST(OutputFile, TakesTheLaterOfTwoWithOneName) {
  EXPECT_THAT(parsed("a=1\na=2\n"), UnorderedElementsAre(Pair("a", "2")));
}

TEST(OutputFile, SaysWhichLineIsWrong) {
  EXPECT_EQ(refusal("a=1\nhello world\n"),
            "$RUNG_OUTPUT_FILE, line 2: \"hello world\" is neither name=value nor name<<MARK");
}

TEST(OutputFile, RefusesANameThatNoExpressionCouldUse) {
  EXPECT_THAT(refusal("my-name=1\n"),
              AllOf(HasSubstr("line 1: \"my-name\""), HasSubstr("letters")));
  EXPECT_THAT(refusal("2a=1\n"), HasSubstr("no digit first"));
  EXPECT_THAT(refusal("=1\n"), HasSubstr("is no name"));
}

TEST(OutputFile, SaysWhereATextThatNeverEndsBegins) {
  EXPECT_EQ(
      refusal("a=1\nr<<END\nx\n END\n"),
      "$RUNG_OUTPUT_FILE, line 2: the text that begins here never ends: no later line is just "
      "\"END\"");
}

TEST(OutputFile, NeedsAMarkForAText) {
  EXPECT_THAT(refusal("r<<\nx\n"), HasSubstr("r<<END"));
}

TEST(OutputFile, RefusesWhatIsNotUtf8) {
  EXPECT_THAT(refusal("a=1\nb=\xff\n"), AllOf(HasSubstr("line 2"), HasSubstr("base64")));
}

TEST(OutputFile, ShowsNothingThatSpoilsATerminal) {
  EXPECT_THAT(refusal("\x1b[2J\x07 \n"), HasSubstr("\"?[2J? \""));
}

TEST(OutputFile, HasAtMostAThousandNames) {
  std::string text;
  for (std::size_t i = 0; i < kOutputNamesLimit; ++i) text += "n" + std::to_string(i) + "=\n";
  EXPECT_EQ(parsed(text).size(), kOutputNamesLimit);
  EXPECT_THAT(refusal(text + "more=\n"), HasSubstr("line 1001: more than 1,000"));
}

TEST(OutputFile, HasAtMostAMebibyte) {
  EXPECT_EQ(parsed("a=" + std::string(kOutputFileLimit - 2, 'x')).size(), 1U);
  EXPECT_THAT(refusal("a=" + std::string(kOutputFileLimit - 1, 'x')), HasSubstr("1 MiB"));
}

}  // namespace
}  // namespace rung::engine::supervisor
