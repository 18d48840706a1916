#include "base/url.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace rung {
namespace {

using testing::HasSubstr;

UrlPart literal(std::string text) {
  return {std::move(text), false};
}
UrlPart value(std::string text) {
  return {std::move(text), true};
}

std::string joined(const std::vector<UrlPart>& parts) {
  auto url = join_url(parts);
  return url ? std::move(url).value() : "refused: " + url.error().message();
}

TEST(JoinUrl, KeepsAValueInsideItsPathSegment) {
  EXPECT_EQ(joined({literal("http://a/x/"), value("b/c?d#e f"), literal("/y")}),
            "http://a/x/b%2Fc%3Fd%23e%20f/y");
}

TEST(JoinUrl, KeepsAValueInsideItsQueryParameter) {
  EXPECT_EQ(joined({literal("http://a/?q="), value("1&admin=true"), literal("&r=2")}),
            "http://a/?q=1%26admin%3Dtrue&r=2");
}

TEST(JoinUrl, AcceptsAHostWithItsPortAndNothingMore) {
  EXPECT_EQ(joined({literal("http://"), value("db-east:8080"), literal("/x")}),
            "http://db-east:8080/x");
  EXPECT_EQ(joined({literal("http://"), value("[::1]:80"), literal("/x")}), "http://[::1]:80/x");
  EXPECT_EQ(joined({literal("http://"), value("evil/@x"), literal(".example.org/")}),
            "http://evil%2F%40x.example.org/");
}

TEST(JoinUrl, TakesALeadingValueAsTheBase) {
  EXPECT_EQ(joined({value("https://api:8443/v1"), literal("/x/"), value("a b")}),
            "https://api:8443/v1/x/a%20b");
}

TEST(JoinUrl, RefusesAnEmptySegmentWhereAnIdWasMeant) {
  EXPECT_THAT(joined({literal("http://a/users/"), value("")}),
              HasSubstr("the value after \"http://a/users/\" in the URL is empty"));
  EXPECT_THAT(joined({literal("http://a/users/"), value(""), literal("?x=1")}),
              HasSubstr("refused"));
}

TEST(JoinUrl, AllowsAnEmptyValueInTheQuery) {
  EXPECT_EQ(joined({literal("http://a/x?q="), value("")}), "http://a/x?q=");
}

TEST(JoinUrl, RefusesAValueThatWouldClimb) {
  EXPECT_THAT(joined({literal("http://a/x/"), value(".."), literal("/y")}), HasSubstr("refused"));
  EXPECT_THAT(joined({literal("http://a/x/."), value("."), literal("/y")}), HasSubstr("refused"));
}

TEST(JoinUrl, LeavesTheAuthorsOwnTextAlone) {
  EXPECT_EQ(joined({literal("http://a/../x//y?z=%41")}), "http://a/../x//y?z=%41");
}

TEST(UrlForPeople, HidesUserPasswordAndQuery) {
  EXPECT_EQ(url_for_people("https://u:p@h:1/a/b?token=x#y"), "https://h:1/a/b");
  EXPECT_EQ(url_origin("https://u:p@h:1/a/b?token=x"), "https://h:1");
}

std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_encoded = text[i] == '%';
    out += is_encoded ? static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)) : text[i];
    i += is_encoded ? 2 : 0;
  }
  return out;
}

RC_GTEST_PROP(PercentEncode, ComesBackWhenDecoded, (const std::string& text)) {
  RC_ASSERT(decoded(percent_encode(text)) == text);
}

RC_GTEST_PROP(PercentEncode, LeavesNothingThatAUrlGivesAMeaning, (const std::string& text)) {
  RC_ASSERT(percent_encode(text).find_first_of("/?#&=+:@ <>\"\\\n\r") == std::string::npos);
}

RC_GTEST_PROP(JoinUrl, NeverLetsAValueAddASegment, (const std::string& text)) {
  const auto url = joined({literal("http://a/x/"), value(text), literal("/y")});
  RC_ASSERT(url.starts_with("refused") || std::count(url.begin(), url.end(), '/') == 5);
}

}  // namespace
}  // namespace rung
