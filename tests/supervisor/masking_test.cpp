#include "engine/supervisor/masking.h"

#include <gtest/gtest.h>

namespace rung::engine::supervisor {
namespace {

std::string masked(std::vector<std::string> secrets, std::vector<std::string_view> reads) {
  Masking masking(std::move(secrets));
  std::string out;
  for (std::string_view read : reads) masking.feed(read, out);
  masking.finish(out);
  return out;
}

TEST(Masking, ReplacesASecretAndNothingElse) {
  EXPECT_EQ(masked({"hunter2"}, {"user=a password=hunter2 ok\n"}), "user=a password=*** ok\n");
}

TEST(Masking, FindsASecretCutAtAnyPlace) {
  const std::string_view text = "ab hunter2 cd";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(masked({"hunter2"}, {text.substr(0, cut), text.substr(cut)}), "ab *** cd") << cut;
  }
}

TEST(Masking, FindsASecretThatComesByteByByte) {
  EXPECT_EQ(masked({"aabaac"}, {"a", "a", "b", "a", "a", "b", "a", "a", "c", "x"}), "aab***x");
}

TEST(Masking, MasksOverlappingSecretsAsOne) {
  EXPECT_EQ(masked({"abcdef", "defghi"}, {"-abcdefghi-"}), "-***-");
  EXPECT_EQ(masked({"abcdef", "defghi"}, {"-abcd", "efg", "hi-"}), "-***-");
}

TEST(Masking, MasksTouchingSecretsAsOneAcrossReads) {
  EXPECT_EQ(masked({"abcd"}, {"abcd", "abcd", "."}), "***.");
}

TEST(Masking, MasksASecretThatOverlapsItself) {
  EXPECT_EQ(masked({"abab"}, {"xabab", "aby"}), "x***y");
}

TEST(Masking, MasksTheLongerOfTwoSecretsWithTheSameBeginning) {
  EXPECT_EQ(masked({"pass", "password"}, {"a pass", "word b"}), "a *** b");
}

TEST(Masking, GivesBackTheBeginningOfASecretThatNeverCame) {
  EXPECT_EQ(masked({"hunter2"}, {"hunt", "ing"}), "hunting");
  EXPECT_EQ(masked({"hunter2"}, {"hunter"}), "hunter");
}

TEST(Masking, LeavesValuesShorterThanFourBytesAlone) {
  EXPECT_EQ(masked({"abc", ""}, {"abc"}), "abc");
}

TEST(Masking, HoldsBackOnlyWhatMayStillBecomeASecret) {
  Masking masking({std::string(4096, 'k')});
  std::string out;
  masking.feed("progress 1\n", out);
  EXPECT_EQ(out, "progress 1\n");
}

TEST(Masking, MasksBinarySecrets) {
  const std::string secret("\0\1\2\3\377", 5);
  EXPECT_EQ(masked({secret}, {std::string_view("\0\1", 2), std::string_view("\2\3\377z", 4)}),
            "***z");
}

}  // namespace
}  // namespace rung::engine::supervisor
