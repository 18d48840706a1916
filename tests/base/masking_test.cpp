#include "base/masking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace rung {
namespace {

std::string masked(std::vector<std::string> secrets, std::vector<std::string_view> reads) {
  const SecretWords words(secrets);
  Masking masking(words);
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
  const SecretWords words({std::string(4096, 'k')});
  Masking masking(words);
  std::string out;
  masking.feed("progress 1\n", out);
  EXPECT_EQ(out, "progress 1\n");
}

TEST(Masking, MasksBinarySecrets) {
  const std::string secret("\0\1\2\3\377", 5);
  EXPECT_EQ(masked({secret}, {std::string_view("\0\1", 2), std::string_view("\2\3\377z", 4)}),
            "***z");
}

// --- what programs make of a secret

// As GNU base64 writes it, without the break of lines.
std::string base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    unsigned group = 0;
    const auto bytes = std::min<std::size_t>(3, text.size() - i);
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < bytes ? static_cast<unsigned char>(text[i + j]) : 0U);
    }
    for (unsigned j = 0; j < 4; ++j) {
      out.push_back(j <= bytes ? kDigits[group >> (18 - 6 * j) & 63] : '=');
    }
  }
  return out;
}

std::string url_safe(std::string text) {
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::string in_lines(const std::string& text, std::size_t columns, const std::string& end) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += columns) out += text.substr(at, columns) + end;
  return out;
}

std::string hex(std::string_view text, const char* format) {
  std::string out;
  for (const char c : text) {
    std::array<char, 8> digits{};
    std::snprintf(digits.data(), digits.size(), format, static_cast<unsigned char>(c));
    out += digits.data();
  }
  return out;
}

constexpr std::string_view kCanary = "c4n?ry>>~\xc3\xbf hunter2/\"q\\";

// All cuts into two reads give the same, and that is without any of `parts`.
void expect_masked(const std::string& text, const std::string& expected) {
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string_view all = text;
    ASSERT_EQ(masked({std::string(kCanary)}, {all.substr(0, cut), all.substr(cut)}), expected)
        << text << " cut at " << cut;
  }
}

TEST(MaskedForm, IsBase64AtEveryPlaceInWhatWasEncoded) {
  for (const std::string before : {"", "a", "ab", "abc", "user:"}) {
    for (const std::string after : {"", "1", "12", "123"}) {
      const std::string text = base64(before + std::string(kCanary) + after);
      const std::string out = masked({std::string(kCanary)}, {text});
      // The digits in front of the secret and behind it stay, those with a bit of it do not.
      const std::size_t front = before.size() * 8 / 6;
      const std::size_t end = ((before.size() + kCanary.size()) * 8 + 5) / 6;
      ASSERT_EQ(out, text.substr(0, front) + "***" + text.substr(end)) << text;
      ASSERT_EQ(masked({std::string(kCanary)}, {url_safe(text)}).substr(0, front + 3),
                text.substr(0, front) + "***");
      expect_masked("key: " + text + "\n", "key: " + out + "\n");
    }
  }
}

TEST(MaskedForm, IsBase64ThatIsBrokenIntoLines) {
  for (const std::size_t columns : {4U, 19U, 64U, 76U}) {
    for (const std::string end : {"\n", "\r\n", "\n    "}) {
      const std::string text = in_lines(base64("prefix " + std::string(kCanary)), columns, end);
      const std::string out = masked({std::string(kCanary)}, {text});
      EXPECT_EQ(out.find(base64(kCanary).substr(4, 4)), std::string::npos) << out;
      EXPECT_LT(out.size(), base64("prefix ").size() + 3 * end.size() + 5) << out;
    }
  }
}

TEST(MaskedForm, IsHex) {
  for (const char* format : {"%02x", "%02X", "%02x ", "%02X:", "%02x\n"}) {
    const std::string out = masked({std::string(kCanary)}, {"x=" + hex(kCanary, format) + "."});
    EXPECT_EQ(out.substr(0, 5), "x=***") << format;
    EXPECT_LE(out.size(), 7U) << out;
  }
  expect_masked("a" + hex(kCanary, "%02x") + "z", "a***z");
}

TEST(MaskedForm, IsPercentEncoded) {
  expect_masked("?q=" + hex(kCanary, "%%%02x") + "&", "?q=***&");
  expect_masked("?q=" + hex(kCanary, "%%%02X") + "&", "?q=***&");
  expect_masked("?q=c4n%3Fry%3E%3e~%C3%BF+hunter2%2F%22q%5C&", "?q=***&");
  expect_masked("?q=c4n?ry>>~%c3%bf%20hunter2/%22q%5c&", "?q=***&");
  EXPECT_EQ(masked({"a+b c%41"}, {"a+b%20c%2541 a%2Bb+c%2541"}), "*** ***");
  EXPECT_EQ(masked({"ab%%"}, {"%61b%%"}), "***");
}

TEST(MaskedForm, IsEscapedForJsonAndTheLike) {
  expect_masked(R"({"k": "c4n?ry>>~\u00ff hunter2\/\"q\\"})", R"({"k": "***"})");
  expect_masked(R"('c4n?ry\x3e\u003E~\xc3\xBF hunter2/\"q\\')", "'***'");
  EXPECT_EQ(masked({"one\ntwo\tthree"}, {R"("one\ntwo\tthree")"}), "\"***\"");
  EXPECT_EQ(masked({"key \xf0\x9f\x94\x91"}, {R"(key \ud83d\uDD11.)"}), "***.");
  expect_masked(R"($'c4n?ry>>~\303\277 hunter2/"q\\')", "$'***'");
  EXPECT_EQ(masked({"ab\x01z"}, {R"(ab\1z ab\01z ab\001z ab\0011)"}), R"(*** *** *** ab\0011)");
  EXPECT_EQ(masked({"pa$$word"}, {R"(pa\$\$word)"}), "***");
  EXPECT_EQ(masked({"wxyz"}, {R"(\wxyz \u77xyz)"}), R"(*** \u77xyz)");
}

TEST(MaskedForm, OfAShortValueIsMaskedFromFourBytesOn) {
  for (const std::string& text : {base64("abc"), hex("abc", "%02x"), hex("abc", "%%%02x")}) {
    EXPECT_EQ(masked({"abc"}, {text}), text);
  }
  for (const std::string& text : {base64("abc!"), hex("abc!", "%02x"), hex("abc!", "%%%02x")}) {
    EXPECT_EQ(masked({"abc!"}, {text}).substr(0, 3), "***") << text;
  }
}

TEST(MaskedForm, IsEachLineOfASecretWithSeveral) {
  const std::string key = "-----BEGIN KEY-----\nMIIabcdefgh\r\n  MIIijklmnop\nshort\n";
  EXPECT_EQ(masked({key}, {"1: MIIabcdefgh\n2: MIIijklmnop\n3: short\n"}),
            "1: ***\n2: ***\n3: short\n");
  EXPECT_EQ(masked({key}, {key}), "***");
}

TEST(MaskedForm, DoesNotTouchOrdinaryText) {
  const std::string text =
      "The quick brown fox 100% of /usr/lib\\x, QUJDRA== deadbeef 00:1a:2b %zz %4 \\u12 \\";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(masked({"hunter2", "correct horse"}, {text.substr(0, cut), text.substr(cut)}), text);
  }
}

TEST(Masking, HoldsBackNoSecretThatHasEnded) {
  const SecretWords words({"zebra-in-file", "zebra-in-file-2"});
  Masking masking(words);
  std::string out;
  masking.feed("a zebra-in-file", out);
  EXPECT_EQ(out, "a ");
  masking.feed("-2", out);
  EXPECT_EQ(out, "a ***");
}

TEST(Masking, HoldsBackNoLineThatEndsLikeTheBeginningOfAnEncodedSecret) {
  const SecretWords words({"hunter2"});  // aHVudGVyMg==
  Masking masking(words);
  std::string out;
  masking.feed("copied a\nfiles 6\n", out);
  EXPECT_EQ(out, "copied a\nfiles 6\n");
}

TEST(Masking, HoldsBackNoMoreThanABoundedPartOfEndlessBreaks) {
  const SecretWords words({"hunter2"});
  Masking masking(words);
  std::string out;
  masking.feed("68 75" + std::string(10'000, ' '), out);
  EXPECT_GT(out.size(), 9'900U);
}

TEST(Masking, TakesTheEndOfACutTextForASecretThatBegan) {
  const SecretWords words({"hunter2"});
  EXPECT_EQ(mask_cut("key=hunt", words), "key=***");
  EXPECT_EQ(mask_cut("key=aHVud", words), "key=***");
  EXPECT_EQ(mask_cut("key=none.", words), "key=none.");
}

}  // namespace
}  // namespace rung
