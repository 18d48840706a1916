#include "base/secret_words.h"

#include <gtest/gtest.h>

namespace rung {
namespace {

SecretWords::State after(const SecretWords& words, std::string_view text) {
  SecretWords::State state = SecretWords::kNothing;
  for (const char c : text) state = words.next(state, static_cast<unsigned char>(c));
  return state;
}

TEST(SecretWords, TellHowMuchOfOneHasBegun) {
  const SecretWords words({"abcabd", "bcab?"});
  EXPECT_EQ(words.begun(after(words, "xab")), 2U);
  EXPECT_EQ(words.begun(after(words, "abcabc")), 3U);
  EXPECT_EQ(words.begun(after(words, "abcab?")), 5U);
  EXPECT_EQ(words.begun(words.open(after(words, "abcab?"))), 0U);
  EXPECT_EQ(words.begun(words.open(after(words, "abcabd"))), 0U);
  EXPECT_EQ(words.begun(words.open(after(words, "abcab"))), 5U);
  EXPECT_EQ(words.begun(after(words, "abx")), 0U);
}

TEST(SecretWords, TellTheLongestThatEnds) {
  const SecretWords words({"word", "password"});
  EXPECT_EQ(words.ended(after(words, "password")), 8U);
  EXPECT_EQ(words.ended(after(words, "passing word")), 4U);
  EXPECT_EQ(words.ended(after(words, "passwor")), 0U);
}

TEST(SecretWords, FindAShorterOneInsideALongerThatDoesNotEnd) {
  const SecretWords words({"longer secret", "gers"});
  EXPECT_EQ(words.ended(after(words, "longers")), 4U);
}

TEST(SecretWords, KnowTheFirstBitsOfTheirFirstBytes) {
  const SecretWords words({"hunter2"});  // 0x68
  EXPECT_TRUE(words.may_begin(0x68 >> 2, 6));
  EXPECT_TRUE(words.may_begin(6, 4));
  EXPECT_TRUE(words.may_begin(1, 2));
  EXPECT_FALSE(words.may_begin(7, 4));
}

TEST(SecretWords, AreEmptyWhereAllSecretsAreTooShort) {
  EXPECT_TRUE(SecretWords({"abc", ""}).empty());
}

}  // namespace
}  // namespace rung
