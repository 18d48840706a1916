#include "tests/actions/http_fixture.h"
#include "tests/actions/loopback.h"

namespace rung::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

bool silent(const ReceivedRequest&, ServerConnection& to) {
  to.wait_until_closed();
  return false;
}

Value::Map post(std::string url) {
  return {{"method", "POST"}, {"url", std::move(url)}};
}

TEST_F(HttpTest, ProvesThatNothingHappenedWhereNothingListens) {
  const auto url = "http://127.0.0.1:" + std::to_string(closed_port()) + "/x";
  const auto error = error_in<NotDone>(sent(post(url)));
  EXPECT_EQ(error.error_class, ErrorClass::network);
  EXPECT_THAT(error.message, HasSubstr("POST " + url + ": no connection"));
}

TEST_F(HttpTest, ProvesThatNothingHappenedWhereTheHostHasNoAddress) {
  const auto error = error_in<NotDone>(sent(post("http://no-such-host.invalid/x")));
  EXPECT_THAT(error.message, HasSubstr("no-such-host.invalid"));
}

TEST_F(HttpTest, LeavesALostReplyOpen) {
  HttpServer server([](const auto&, auto& to) {
    to.reset();
    return false;
  });
  const auto error = error_in<Unknown>(sent(post(server.url("/x"))));
  EXPECT_EQ(error.error_class, ErrorClass::network);
  EXPECT_THAT(error.message, HasSubstr("whether it took effect is open"));
}

TEST_F(HttpTest, LeavesAReplyOpenThatBreaksOff) {
  HttpServer server([](const auto&, auto& to) {
    to.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    return false;
  });
  error_in<Unknown>(sent(post(server.url("/x"))));
}

TEST_F(HttpTest, LeavesASlowReplyOpenAtTheReadTimeout) {
  HttpServer server(silent);
  auto with = post(server.url("/x"));
  with.insert_or_assign("read_timeout", Value("50ms"));
  with.insert_or_assign("connect_timeout", Value("50ms"));
  const auto error = error_in<Unknown>(sent(with));
  EXPECT_EQ(error.error_class, ErrorClass::timeout);
  EXPECT_THAT(error.message, HasSubstr("nothing came for 50ms"));
}

TEST_F(HttpTest, ReadsASlowBodyAsLongAsItComes) {
  HttpServer server([](const auto&, auto& to) {
    to.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
    for (int i = 0; i < 6; ++i) {
      to.send("x");
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // the slowness under test
    }
    return true;
  });
  const auto out = outputs({{"url", server.url("/")}, {"read_timeout", "400ms"}});
  EXPECT_EQ(out.at("body"), Value("xxxxxx"));
}

TEST_F(HttpTest, LeavesARequestOpenAtTheStepsDeadline) {
  HttpServer server(silent);
  auto request = a_request(post(server.url("/x")));
  request.deadline = request.clock->now() + std::chrono::milliseconds(100);
  const auto error = error_in<Unknown>(send(request));
  EXPECT_EQ(error.error_class, ErrorClass::timeout);
  EXPECT_THAT(error.message, HasSubstr("the step's timeout passed"));
}

TEST_F(HttpTest, SendsNothingAfterTheDeadline) {
  HttpServer server(silent);
  auto request = a_request(post(server.url("/x")));
  request.deadline = request.clock->now() + std::chrono::milliseconds(-1);
  error_in<NotDone>(send(request));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpTest, ClosesTheConnectionOfACancelledRequest) {
  boost::asio::cancellation_signal cancel;
  std::atomic<bool> was_closed{false};
  {
    HttpServer server([&](const auto&, auto& to) {
      boost::asio::post(context_, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
      to.wait_until_closed();
      was_closed = true;
      return false;
    });
    start(a_request(post(server.url("/x"))), cancel.slot());
    run_until(1);
    ASSERT_EQ(outcomes_.size(), 1U);
    error_in<Unknown>(outcomes_.front());
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!was_closed && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    EXPECT_TRUE(was_closed);
  }
}

TEST_F(HttpTest, TrustsACertificateOfItsCaFileOnly) {
  const auto certificate = make_certificate("localhost");
  HttpServer server([](const auto&, auto& to) { return to.send(reply(200, "ok")), true; },
                    certificate);
  auto with = post(server.url("/x", "localhost"));
  const auto error = error_in<NotDone>(sent(with));
  EXPECT_EQ(error.error_class, ErrorClass::auth);
  EXPECT_THAT(error.message, HasSubstr("certificate is not trusted"));
  with.insert_or_assign("ca_file", Value(certificate.cert_file));
  EXPECT_EQ(outputs(with).at("body"), Value("ok"));
}

TEST_F(HttpTest, RefusesACertificateOfAnotherHost) {
  const auto certificate = make_certificate("elsewhere.example");
  HttpServer server([](const auto&, auto& to) { return to.send(reply(200, "ok")), true; },
                    certificate);
  auto with = post(server.url("/x", "localhost"));
  with.insert_or_assign("ca_file", Value(certificate.cert_file));
  EXPECT_EQ(error_in<NotDone>(sent(with)).error_class, ErrorClass::auth);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpTest, ProvesThatNothingHappenedWhereTlsFails) {
  HttpServer server([](const auto&, auto& to) { return to.send("not TLS"), false; });
  auto url = server.url("/x");
  url.insert(4, "s");
  // The server waits for an end of request that never comes in TLS bytes; it answers at the limit.
  auto with = post(url);
  with.insert_or_assign("connect_timeout", Value("300ms"));
  error_in<NotDone>(sent(with));
}

TEST_F(HttpTest, SaysWhichCertificateFileIsMissing) {
  auto with = post("https://127.0.0.1:1/x");
  with.insert_or_assign("ca_file", Value("/nonexistent.pem"));
  error_in<NotDone>(sent(with));
}

TEST_F(HttpTest, KeepsSecretsOutOfMessages) {
  HttpServer server(
      [](const auto&, auto& to) { return to.send(reply(500, "bad hunter22")), true; });
  const Value headers(Value::Map{{"X-Token", Value("hunter22").as_secret()}});
  auto url = server.url("/x?token=in-query");
  url.insert(7, "user:in-userinfo@");
  auto with = post(url);
  with.insert_or_assign("headers", headers);
  EXPECT_THAT(error_in<Failed>(sent(with)).message,
              AllOf(HasSubstr("the reply is 500: bad ***"), Not(HasSubstr("hunter22")),
                    Not(HasSubstr("in-query")), Not(HasSubstr("in-userinfo"))));
}

TEST_F(HttpTest, CutsAnErrorBodyOnlyAfterItIsMasked) {
  const std::string filler(190, 'x');
  HttpServer server([&](const auto&, auto& to) {
    return to.send(reply(500, filler + " hunter22-and-more")), true;
  });
  auto request = a_request(post(server.url("/")));
  request.secrets = {"hunter22-and-more"};
  EXPECT_THAT(error_in<Failed>(send(std::move(request))).message,
              AllOf(HasSubstr("xx ***"), Not(HasSubstr("hunter"))));
}

TEST_F(HttpTest, MasksTheSecretInABodyThatIsNoText) {
  HttpServer server(
      [&](const auto&, auto& to) { return to.send(reply(200, "\xff\xfehunter\xff")), true; });
  auto request = a_request(post(server.url("/")));
  request.secrets = {"hunter\xff"};
  const auto outcome = send(std::move(request));
  const auto& body = std::get<Done>(outcome).outputs.at("body");
  EXPECT_THAT(*body.string(), AllOf(testing::EndsWith("***"), Not(HasSubstr("hunter"))));
}

TEST_F(HttpTest, MasksTheBeginningOfASecretWhereTheBodyIsCut) {
  const std::string filler(1024 * 1024 - 6, ' ');
  HttpServer server([&](const auto&, auto& to) {
    return to.send(reply(200, filler + "hunter22-and-more")), true;
  });
  auto request = a_request(post(server.url("/")));
  request.secrets = {"hunter22-and-more"};
  const auto outcome = send(std::move(request));
  EXPECT_THAT(*std::get<Done>(outcome).outputs.at("body").string(), Not(HasSubstr("hunt")));
}

TEST_F(HttpTest, ShowsOnlyTheHostOfASecretUrl) {
  const auto port = std::to_string(closed_port());
  const auto url = Value("http://127.0.0.1:" + port + "/services/T000/B000").as_secret();
  const auto error = error_in<NotDone>(sent({{"method", "POST"}, {"url", url}}));
  EXPECT_THAT(error.message,
              AllOf(HasSubstr("POST http://127.0.0.1:" + port + ": no"), Not(HasSubstr("T000"))));
}

}  // namespace
}  // namespace rung::test
