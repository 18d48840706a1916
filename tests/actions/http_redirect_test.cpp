#include "actions/http/redirect.h"
#include "tests/actions/http_fixture.h"
#include "tests/actions/loopback.h"

namespace rung::test {
namespace {

using testing::HasSubstr;

std::string redirect_to(int status, const std::string& location) {
  return reply(status, "", "Location: " + location + "\r\n");
}

TEST_F(HttpTest, FollowsARedirectOfARead) {
  HttpServer server([](const ReceivedRequest& request, ServerConnection& to) {
    to.send(request.target == "/a" ? redirect_to(302, "/b") : reply(200, "here"));
    return true;
  });
  EXPECT_EQ(outputs({{"url", server.url("/a")}}).at("body"), Value("here"));
}

TEST_F(HttpTest, TakesARedirectAsTheAnswerOfARequestThatActs) {
  HttpServer server([](const auto&, auto& to) { return to.send(redirect_to(303, "/b")), true; });
  EXPECT_EQ(outputs({{"method", "POST"}, {"url", server.url("/a")}}).at("code"), Value(303));
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(HttpTest, GivesUpAfterTenRedirects) {
  HttpServer server([](const auto&, auto& to) { return to.send(redirect_to(302, "/a")), true; });
  EXPECT_THAT(error_in<Failed>(sent({{"url", server.url("/a")}})).message,
              HasSubstr("more than 10 redirects"));
  EXPECT_EQ(server.requests().size(), 11U);
}

TEST_F(HttpTest, CarriesNoSecretToAnotherHost) {
  HttpServer other([](const auto&, auto& to) { return to.send(reply(200, "")), true; });
  HttpServer server(
      [&](const auto&, auto& to) { return to.send(redirect_to(302, other.url("/"))), true; });
  const Value headers(Value::Map{{"Authorization", "Basic YTpi"},
                                 {"X-Api-Key", Value("hunter22").as_secret()},
                                 {"Accept", "text/plain"}});
  outputs({{"url", server.url("/")}, {"headers", headers}});
  const auto received = other.requests().at(0).headers;
  EXPECT_EQ(received.count("authorization"), 0U);
  EXPECT_EQ(received.count("x-api-key"), 0U);
  EXPECT_EQ(received.count("accept"), 1U);
}

TEST_F(HttpTest, CarriesHeadersToTheSameHost) {
  HttpServer server([](const ReceivedRequest& request, ServerConnection& to) {
    to.send(request.target == "/a" ? redirect_to(302, "/b") : reply(200, ""));
    return true;
  });
  const Value headers(Value::Map{{"Authorization", "Basic YTpi"}});
  outputs({{"url", server.url("/a")}, {"headers", headers}});
  EXPECT_EQ(server.requests().at(1).headers.count("authorization"), 1U);
}

TEST_F(HttpTest, LeavesItOpenWhatARequestDidWhoseFollowUpFails) {
  const auto nowhere = "http://127.0.0.1:" + std::to_string(closed_port()) + "/";
  HttpServer server(
      [&](const auto&, auto& to) { return to.send(redirect_to(303, nowhere)), true; });
  error_in<Unknown>(
      sent({{"method", "POST"}, {"url", server.url("/")}, {"follow_redirects", true}}));
}

TEST_F(HttpTest, RepeatsTheBodyAfterAPermanentRedirectWhereAsked) {
  HttpServer server([](const ReceivedRequest& request, ServerConnection& to) {
    to.send(request.target == "/a" ? redirect_to(308, "/b") : reply(200, ""));
    return true;
  });
  outputs(
      {{"method", "POST"}, {"url", server.url("/a")}, {"body", "x"}, {"follow_redirects", true}});
  EXPECT_EQ(server.requests().at(1).method, "POST");
  EXPECT_EQ(server.requests().at(1).body, "x");
}

actions::HttpReply a_redirect(int status, std::string to) {
  actions::HttpReply reply;
  reply.end = actions::HttpEnd::answered;
  reply.status = status;
  reply.redirect_url = std::move(to);
  return reply;
}

actions::HttpExchange an_exchange(std::string method, std::string url) {
  actions::HttpExchange exchange;
  exchange.method = std::move(method);
  exchange.url = std::move(url);
  return exchange;
}

TEST(Redirect, IsRefusedFromEncryptedToPlain) {
  const auto next =
      actions::redirected(an_exchange("GET", "https://a/x"), a_redirect(302, "http://a/x"), {});
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code(), ErrorCode::denied);
}

TEST(Redirect, IsRefusedWhereItWouldCarryASecretBodyAway) {
  auto exchange = an_exchange("POST", "https://a/x");
  exchange.body = "token=hunter22";
  EXPECT_FALSE(actions::redirected(exchange, a_redirect(307, "https://b/x"), {"hunter22"}));
  EXPECT_TRUE(actions::redirected(exchange, a_redirect(307, "https://a/y"), {"hunter22"}));
}

TEST(Redirect, IsRefusedWhereTheBodyHoldsASecretInAnotherForm) {
  auto exchange = an_exchange("POST", "https://a/x");
  exchange.body = "token=p%40ss+w%2frd";
  EXPECT_FALSE(actions::redirected(exchange, a_redirect(307, "https://b/x"), {"p@ss w/rd"}));
  exchange.body = "ab";
  exchange.is_body_secret = true;
  EXPECT_FALSE(actions::redirected(exchange, a_redirect(308, "https://b/x"), {}));
}

TEST(Redirect, LeavesAnEncodedSecretOfAHeaderBehind) {
  auto exchange = an_exchange("GET", "https://a/x");
  exchange.headers = {{"X-Key", "dXNlcjpodW50ZXIyMg=="}, {"X-Plain", "yes"}};
  const auto next = actions::redirected(exchange, a_redirect(302, "https://b/x"), {"hunter22"});
  ASSERT_TRUE(next);
  ASSERT_EQ(next.value().headers.size(), 1U);
  EXPECT_EQ(next.value().headers[0].first, "X-Plain");
}

TEST(Redirect, LeavesTheClientCertificateBehind) {
  auto exchange = an_exchange("GET", "https://a/x");
  exchange.client_cert = "/c.pem";
  exchange.client_key = "/c.key";
  const auto next = actions::redirected(exchange, a_redirect(302, "https://b/x"), {});
  ASSERT_TRUE(next);
  EXPECT_EQ(next.value().client_cert + next.value().client_key, "");
}

}  // namespace
}  // namespace rung::test
