#include "tests/actions/http_fixture.h"

#include <dlfcn.h>

namespace rung::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;
using testing::Pair;

bool answer_ok(const ReceivedRequest&, ServerConnection& to) {
  to.send(reply(200, "{\"free\": 3}", "Content-Type: application/json\r\nSet-Cookie: s=1\r\n"));
  return true;
}

TEST_F(HttpTest, YieldsCodeBodyJsonAndHeaders) {
  HttpServer server(answer_ok);
  const auto out = outputs({{"url", server.url("/x")}});
  EXPECT_THAT(out, IsSupersetOf({Pair("code", Value(200)), Pair("body", Value("{\"free\": 3}")),
                                 Pair("json", Value(Value::Map{{"free", 3}})),
                                 Pair("truncated", Value(false))}));
  EXPECT_EQ(*out.at("headers").member("content-type"), Value("application/json"));
  EXPECT_EQ(out.at("headers").member("set-cookie"), nullptr);
  EXPECT_GT(*out.at("elapsed").get_if<Duration>(), Duration::zero());
}

TEST_F(HttpTest, SendsAMapAsJson) {
  HttpServer server(answer_ok);
  outputs({{"method", "POST"}, {"url", server.url("/x")}, {"body", Value(Value::Map{{"n", 1}})}});
  const auto request = server.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.body, "{\"n\":1}");
  EXPECT_THAT(request.headers, Contains(Pair("content-type", "application/json")));
}

TEST_F(HttpTest, SendsTextAsItIsUnderTheAuthorsContentType) {
  HttpServer server(answer_ok);
  outputs({{"method", "PUT"},
           {"url", server.url("/x")},
           {"body", "<a/>"},
           {"headers", Value(Value::Map{{"content-type", "text/xml"}})}});
  EXPECT_EQ(server.requests().at(0).body, "<a/>");
  EXPECT_THAT(server.requests().at(0).headers, Contains(Pair("content-type", "text/xml")));
}

TEST_F(HttpTest, SendsAForm) {
  HttpServer server(answer_ok);
  const Value::Map form = {{"a", "1 & 2"}, {"b", Value(Value::List{"x", "y"})}};
  outputs({{"method", "POST"}, {"url", server.url("/x")}, {"form", Value(form)}});
  EXPECT_EQ(server.requests().at(0).body, "a=1%20%26%202&b=x&b=y");
}

TEST_F(HttpTest, AddsTheQueryToWhatTheUrlHas) {
  HttpServer server(answer_ok);
  outputs({{"url", server.url("/x?a=1#part")}, {"query", Value(Value::Map{{"b", "2&c=3"}})}});
  EXPECT_EQ(server.requests().at(0).target, "/x?a=1&b=2%26c%3D3");
}

TEST_F(HttpTest, SendsTheKeyWhereTheAuthorSaysThatTheServerTakesIt) {
  HttpServer server(answer_ok);
  const Value::Map with = {
      {"method", "POST"}, {"url", server.url("/pay")}, {"idempotency_header", "Idempotency-Key"}};
  EXPECT_EQ(registry_.find("http.request")->effect_class(with), EffectClass::keyed);
  outputs(with);
  EXPECT_THAT(server.requests().at(0).headers,
              Contains(Pair("idempotency-key", "09000000-0000-0000-0000-000000000000")));
}

TEST_F(HttpTest, ReadsAChunkedBody) {
  HttpServer server([](const auto&, auto& to) {
    to.send(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    return true;
  });
  EXPECT_EQ(outputs({{"url", server.url("/")}}).at("body"), Value("abcde"));
}

TEST_F(HttpTest, CutsABodyAtOneMebibyteAndHangsUp) {
  HttpServer server([](const auto&, auto& to) {
    to.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[" +
            std::string(8 * 1024 * 1024, '1'));
    to.wait_until_closed();
    return false;
  });
  const auto out = outputs({{"url", server.url("/")}});
  EXPECT_EQ(out.at("body").string()->size(), 1024U * 1024U);
  EXPECT_EQ(out.at("truncated"), Value(true));
  EXPECT_TRUE(out.at("json").is_null());
}

TEST_F(HttpTest, TakesNoBodyAfterHead) {
  HttpServer server([](const auto&, auto& to) {
    to.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
    return true;
  });
  const auto out = outputs({{"method", "HEAD"}, {"url", server.url("/")}});
  EXPECT_EQ(out.at("body"), Value(""));
}

TEST_F(HttpTest, AcceptsAStatusThatTheAuthorExpects) {
  HttpServer server([](const auto&, auto& to) {
    to.send(reply(404, "gone"));
    return true;
  });
  const Value statuses(Value::List{404});
  EXPECT_EQ(outputs({{"url", server.url("/")}, {"expect_status", statuses}}).at("code"),
            Value(404));
}

TEST_F(HttpTest, FailsAtAStatusThatTheAuthorDoesNotExpect) {
  HttpServer server(answer_ok);
  const Value statuses(Value::List{201});
  const auto error =
      error_in<Failed>(sent({{"url", server.url("/")}, {"expect_status", statuses}}));
  EXPECT_THAT(error.message, HasSubstr("the reply is 200, expected 201"));
}

TEST_F(HttpTest, RefusesAHeaderThatWouldSmuggleAnother) {
  const Value headers(Value::Map{{"X-A", "1\r\nX-B: 2"}});
  const auto error =
      error_in<NotDone>(sent({{"url", "http://127.0.0.1:1/"}, {"headers", headers}}));
  EXPECT_THAT(error.message, HasSubstr("headers.X-A holds a line break"));
}

TEST_F(HttpTest, RefusesAUrlOfAnotherProtocol) {
  const auto error = error_in<NotDone>(sent({{"url", "file:///etc/passwd"}}));
  EXPECT_EQ(error.error_class, ErrorClass::invalid);
}

TEST_F(HttpTest, ReusesAConnectionForRequestsThatMayBeRepeated) {
  HttpServer server(answer_ok);
  outputs({{"url", server.url("/1")}});
  outputs({{"url", server.url("/2")}});
  EXPECT_EQ(server.requests().at(1).connection, 1);
}

TEST_F(HttpTest, GivesARequestThatActsOnceAFreshConnection) {
  HttpServer server(answer_ok);
  outputs({{"url", server.url("/1")}});
  outputs({{"method", "POST"}, {"url", server.url("/2")}});
  EXPECT_EQ(server.requests().at(1).connection, 2);
}

TEST_F(HttpTest, NeverSendsARequestThatActsOnceTwice) {
  HttpServer server([](const ReceivedRequest& request, ServerConnection& to) {
    if (request.method == "GET") to.send(reply(200, ""));
    return request.method == "GET";  // a POST is taken, and its reply lost
  });
  outputs({{"url", server.url("/1")}});
  error_in<Unknown>(sent({{"method", "POST"}, {"url", server.url("/2")}}));
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(HttpTest, LetsMoreWaitThanItSendsAtOnce) {
  HttpServer server(answer_ok);
  for (int i = 0; i < 150; ++i) start(a_request({{"url", server.url("/x")}}));
  run_until(150);
  EXPECT_EQ(server.requests().size(), 150U);
  EXPECT_LE(server.most_at_once(), 64);
  EXPECT_THAT(outcomes_, testing::Each(testing::VariantWith<Done>(testing::_)));
}

TEST_F(HttpTest, EndsWithItsLoopWhileARequestIsUnderWay) {
  HttpServer server([](const auto&, auto& to) {
    to.wait_until_closed();
    return false;
  });
  start(a_request({{"url", server.url("/x")}}));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (server.requests().empty() && std::chrono::steady_clock::now() < end) {
    context_.run_one_for(std::chrono::milliseconds(10));
    context_.restart();
  }
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(HttpStart, DoesNotLoadTheLibrary) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // a process of its own, which sent nothing yet
  EXPECT_EXIT(
      {
        actions::Registry registry;
        const bool is_registered = bool(actions::register_builtin_actions(registry));
        std::_Exit(
            is_registered && ::dlopen("libcurl.so.4", RTLD_LAZY | RTLD_NOLOAD) == nullptr ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace rung::test
