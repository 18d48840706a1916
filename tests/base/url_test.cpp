#include "base/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace rung {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string joined(const std::vector<UrlPart>& parts) {
  const Result<std::string> url = join_url(parts);
  return url ? url.value() : "refused: " + url.error().message();
}

TEST(JoinUrl, KeepsWhatTheAuthorWrote) {
  EXPECT_EQ(joined({{"http://h/a?b=c#d"}}), "http://h/a?b=c#d");
}

TEST(JoinUrl, LetsNoValueLeaveItsPathSegment) {
  EXPECT_EQ(joined({{"http://h/users/"}, {"a/b?c#d%", true}, {"/x"}}),
            "http://h/users/a%2Fb%3Fc%23d%25/x");
}

TEST(JoinUrl, LetsNoValueLeaveTheHost) {
  EXPECT_EQ(joined({{"http://"}, {"db-1:80/x@y", true}, {"/z"}}), "http://db-1:80%2Fx%40y/z");
}

TEST(JoinUrl, LetsNoValueAddAParameter) {
  EXPECT_EQ(joined({{"http://h/?q="}, {"a&b=c", true}}), "http://h/?q=a%26b%3Dc");
}

TEST(JoinUrl, TakesAValueAtTheStartAsTheBase) {
  EXPECT_EQ(joined({{"https://h:1/v1", true}, {"/x"}}), "https://h:1/v1/x");
}

TEST(JoinUrl, RefusesASegmentThatAValueLeavesEmpty) {
  EXPECT_THAT(joined({{"http://h/users/"}, {"", true}}),
              testing::AllOf(HasSubstr("refused"), HasSubstr("http://h/users/")));
}

TEST(JoinUrl, RefusesASegmentThatClimbs) {
  EXPECT_THAT(joined({{"http://h/users/"}, {"..", true}, {"/x"}}), HasSubstr("refused"));
  EXPECT_THAT(joined({{"http://h/users/."}, {".", true}, {"/x"}}), HasSubstr("refused"));
}

TEST(UrlForPeople, HidesUserPasswordQueryAndFragment) {
  EXPECT_EQ(url_for_people("https://u:p@h:1/a?token=t#f"), "https://h:1/a");
  EXPECT_EQ(url_origin("https://u:p@h:1/a?token=t#f"), "https://h:1");
  EXPECT_THAT(url_for_people("token"), Not(HasSubstr("token")));
}

TEST(PercentEncode, KeepsOnlyTheUnreserved) {
  EXPECT_EQ(percent_encode("aZ0-._~ \xC3"), "aZ0-._~%20%C3");
}

}  // namespace
}  // namespace rung
