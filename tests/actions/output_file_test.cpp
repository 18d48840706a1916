#include "actions/command/output_file.h"

#include <gmock/gmock.h>

namespace rung::actions {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::string refusal(std::string_view text) {
  const auto result = parse_output_file(text);
  return result ? "accepted" : result.error().message();
}

TEST(OutputFile, TakesTheRestOfTheLineAsItIs) {
  const auto read = parse_output_file("url=http://a/?b=c \n\nempty=\n");
  ASSERT_TRUE(read);
  EXPECT_THAT(read.value(), ElementsAre(Pair("empty", ""), Pair("url", "http://a/?b=c ")));
}

TEST(OutputFile, TakesTheLinesOfABlock) {
  const auto read = parse_output_file("text<<END\na=b\n\nc\nEND\nn=1");
  ASSERT_TRUE(read);
  EXPECT_THAT(read.value(), ElementsAre(Pair("n", "1"), Pair("text", "a=b\n\nc")));
}

TEST(OutputFile, KeepsTwoAngleBracketsInsideAValue) {
  const auto read = parse_output_file("shift=1<<2\n");
  ASSERT_TRUE(read);
  EXPECT_THAT(read.value(), ElementsAre(Pair("shift", "1<<2")));
}

TEST(OutputFile, LetsTheLastOfANameCount) {
  const auto read = parse_output_file("a=1\na=2\n");
  ASSERT_TRUE(read);
  EXPECT_THAT(read.value(), ElementsAre(Pair("a", "2")));
}

TEST(OutputFile, RefusesALineThatIsNeitherForm) {
  EXPECT_THAT(refusal("a=1\nbytes 12\n"), HasSubstr("line 2: expected name=value or name<<END"));
}

TEST(OutputFile, RefusesABlockWithoutItsEnd) {
  EXPECT_THAT(refusal("a=1\ntext<<END\nx\n"), HasSubstr("line 2: the block that begins here"));
}

TEST(OutputFile, RefusesABlockWhoseEndHasNoName) {
  EXPECT_THAT(refusal("text<<\nx\n"), HasSubstr("needs a word after <<"));
}

TEST(OutputFile, RefusesBytesThatAreNotText) {
  EXPECT_THAT(refusal("a=\xFF\n"), HasSubstr("line 1: the value is not UTF-8"));
  EXPECT_THAT(refusal(std::string_view("a=\0\n", 4)), HasSubstr("not UTF-8"));
}

TEST(ReadOutputs, GivesEachDeclaredOutputItsType) {
  const auto read = read_outputs("bytes=16MB\nextra=1\n", {{"bytes", Type::size}});
  ASSERT_TRUE(read);
  EXPECT_EQ(read.value().values.at("bytes"), Value(Bytes{16'000'000}));
  EXPECT_THAT(read.value().undeclared, ElementsAre("extra"));
}

TEST(ReadOutputs, RefusesADeclaredOutputThatWasNotWritten) {
  const auto read = read_outputs("", {{"bytes", Type::size}});
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message(), HasSubstr("the declared output `bytes` was not written"));
}

TEST(ReadOutputs, NamesTheOutputWhoseTextIsNotOfItsType) {
  const auto read = read_outputs("bytes=many\n", {{"bytes", Type::size}});
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message(), HasSubstr("output `bytes`"));
}

}  // namespace
}  // namespace rung::actions
