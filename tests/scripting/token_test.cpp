#include "scripting/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rung::scripting {
namespace {

using testing::ElementsAre;

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& token : tokenize(text))
    if (token.kind != Token::Kind::end) out.emplace_back(token.text);
  return out;
}

Value literal(std::string_view text) {
  const auto tokens = tokenize(text);
  EXPECT_EQ(tokens.size(), 2u) << text;
  EXPECT_EQ(tokens[0].kind, Token::Kind::literal) << text << ": " << tokens[0].message;
  return tokens[0].value;
}

TEST(Tokenizer, TakesNumbersWithUnitsForTypedValues) {
  using namespace std::chrono_literals;
  EXPECT_EQ(literal("10s"), Value(Duration(10s)));
  EXPECT_EQ(literal("1h30m"), Value(Duration(90min)));
  EXPECT_EQ(literal("16MB"), Value(Bytes{16'000'000}));
  EXPECT_EQ(literal("4KiB"), Value(Bytes{4096}));
  EXPECT_EQ(literal("20%"), Value(Percent{20}));
  EXPECT_EQ(literal("0.5%"), Value(Percent{0.5}));
}

TEST(Tokenizer, ReadsNumbersAsLuaDoes) {
  EXPECT_EQ(literal("42"), Value(42));
  EXPECT_EQ(literal("0x1F"), Value(31));
  EXPECT_EQ(literal("1.5e-3"), Value(0.0015));
  EXPECT_EQ(literal(".5"), Value(0.5));
}

TEST(Tokenizer, TakesAPercentSignBeforeAnOperandForTheRemainder) {
  EXPECT_THAT(words("20%3"), ElementsAre("20", "%", "3"));
  EXPECT_THAT(words("20 % 3"), ElementsAre("20", "%", "3"));
  EXPECT_THAT(words("20 %x"), ElementsAre("20", "%", "x"));
  EXPECT_THAT(words("20%(3)"), ElementsAre("20", "%", "(", "3", ")"));
  EXPECT_THAT(words("a%3"), ElementsAre("a", "%", "3"));
}

TEST(Tokenizer, TakesAPercentSignBeforeAnOperatorForAPercentage) {
  EXPECT_THAT(words("20% and x"), ElementsAre("20%", "and", "x"));
  EXPECT_THAT(words("20%)"), ElementsAre("20%", ")"));
  EXPECT_THAT(words("20% - 5%"), ElementsAre("20%", "-", "5%"));
}

TEST(Tokenizer, SeparatesTheJoiningDotsFromNumbers) {
  EXPECT_THAT(words("1..2"), ElementsAre("1", "..", "2"));
  EXPECT_THAT(words("x..10s"), ElementsAre("x", "..", "10s"));
}

TEST(Tokenizer, UnderstandsEscapes) {
  EXPECT_EQ(literal(R"("a\n\t\\\"\x41\u{20AC}")"), Value("a\n\t\\\"A\u20AC"));
  EXPECT_EQ(literal(R"('it\'s')"), Value("it's"));
}

TEST(Tokenizer, StopsAtWhatItCannotRead) {
  for (const auto* text :
       {"\"open", "\"\\q\"", "\"\\x4\"", "\"\\u{110000}\"", "10q", "1e999", "99999999999999999999",
        "$x", "a -- b", "\x01", "\xff", "\u201Cx\u201D"}) {
    const auto tokens = tokenize(text);
    const auto& last = tokens[tokens.size() - 2];
    EXPECT_EQ(last.kind, Token::Kind::invalid) << text;
    EXPECT_FALSE(last.message.empty()) << text;
    EXPECT_FALSE(last.fix.empty()) << text;
  }
}

TEST(Tokenizer, KnowsWhereEachTokenStands) {
  const auto tokens = tokenize("a >= 10s");
  EXPECT_EQ(tokens[1].begin, 2);
  EXPECT_EQ(tokens[2].begin, 5);
  EXPECT_EQ(tokens[2].end(), 8);
  EXPECT_EQ(tokens[3].begin, 8);
}

}  // namespace
}  // namespace rung::scripting
