#include "actions/http/http_connection.h"

#include "actions/conform.h"
#include "tests/actions/http_fixture.h"

namespace rung::test {
namespace {

using actions::through;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Target api(Value::Map fields = {{"url", "http://api/v1/"}}) {
  return {"api", "http", std::move(fields)};
}

std::string url_of(Value::Map with) {
  auto merged = through(api(), std::move(with));
  return merged ? to_text(merged.value().at("url")) : merged.error().message();
}

TEST(HttpConnection, PutsThePathOfAStepBehindItsUrl) {
  EXPECT_EQ(url_of({{"url", "/health"}}), "http://api/v1/health");
  EXPECT_EQ(url_of({{"url", "?deep=1"}}), "http://api/v1?deep=1");
  EXPECT_EQ(url_of({}), "http://api/v1/");
}

TEST(HttpConnection, LetsNoStepNameAnotherHost) {
  EXPECT_THAT(url_of({{"url", "http://evil/"}}), HasSubstr("names a host of its own"));
  EXPECT_THAT(url_of({{"url", "health"}}), HasSubstr("begins with /"));
  EXPECT_EQ(url_of({{"url", "//evil/"}}), "http://api/v1//evil/");
}

TEST(HttpConnection, GivesHeadersWhereAStepHasNoneOfThatName) {
  const auto target = api(
      {{"url", "http://api"}, {"headers", Value::Map{{"X-Team", "a"}, {"Accept", "text/plain"}}}});
  const auto merged = through(target, {{"headers", Value::Map{{"accept", "text/html"}}}});
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged.value().at("headers"),
            Value(Value::Map{{"accept", "text/html"}, {"X-Team", "a"}}));
}

TEST(HttpConnection, GivesLimitsWhereAStepHasNone) {
  const auto target = api({{"url", "http://api"},
                           {"connect_timeout", Duration(std::chrono::seconds(1))},
                           {"read_timeout", Duration(std::chrono::seconds(2))}});
  const auto merged = through(target, {{"read_timeout", Value(Duration(std::chrono::seconds(9)))}});
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged.value().at("connect_timeout"), Value(Duration(std::chrono::seconds(1))));
  EXPECT_EQ(merged.value().at("read_timeout"), Value(Duration(std::chrono::seconds(9))));
}

TEST(HttpConnection, KeepsASecretUrlSecret) {
  const auto target = api({{"url", Value("http://api/k3y").as_secret()}});
  const auto merged = through(target, {{"url", "/x"}});
  ASSERT_TRUE(merged);
  EXPECT_TRUE(merged.value().at("url").is_secret());
}

TEST(HttpConnection, IsCheckedBeforeARun) {
  const auto kind = actions::http_connection();
  EXPECT_THAT(kind.check({{"url", "http://api"}}), IsEmpty());
  EXPECT_THAT(kind.check({{"url", "api"}}), ElementsAre(HasSubstr("neither http://")));
  EXPECT_THAT(kind.check({{"url", "http://api?x=1"}}), ElementsAre(HasSubstr("a query")));
  EXPECT_THAT(kind.check({{"client_key", "/k"}}), ElementsAre(HasSubstr("without client_cert")));
}

TEST(HttpConnection, RefusesFieldsThatItDoesNotHave) {
  const auto kind = actions::http_connection();
  const auto fields = actions::conform(kind.spec, {{"url", "http://a"}, {"hedaers", "x"}});
  ASSERT_FALSE(fields);
  EXPECT_THAT(fields.error().message(), HasSubstr("did you mean \"headers\"?"));
}

class HttpTargetTest : public HttpTest {};

TEST_F(HttpTargetTest, SendsTheRequestToTheConnection) {
  HttpServer server([](const ReceivedRequest&, ServerConnection& out) {
    out.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    return true;
  });
  auto request = a_request({{"url", "/health"}});
  request.target = api({{"url", server.url("/v1")},
                        {"headers", Value::Map{{"X-Token", Value("hunter22").as_secret()}}}});
  const Outcome outcome = send(std::move(request));
  EXPECT_TRUE(std::holds_alternative<Done>(outcome));
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].target, "/v1/health");
  EXPECT_EQ(server.requests()[0].headers.at("x-token"), "hunter22");
}

TEST_F(HttpTargetTest, ShowsNoSecretOfTheConnectionInAnError) {
  auto request = a_request({{"url", "/health"}});
  request.target = api({{"url", Value("http://127.0.0.1:1/hunter22").as_secret()}});
  const auto error = error_in<NotDone>(send(std::move(request)));
  EXPECT_THAT(error.message, testing::Not(HasSubstr("hunter22")));
}

}  // namespace
}  // namespace rung::test
