#include "actions/builtin.h"
#include "base/clock.h"
#include "tests/actions/loopback.h"
#include "tests/two_phase/database_server.h"

#include <gmock/gmock.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>

namespace rung::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kPassword = "hunter2-of-the-clerk";

// Participants that reach their server over TLS and with a password, as those of another site do.
class SecureTest : public testing::TestWithParam<const char*> {
 protected:
  SecureTest() {
    EXPECT_TRUE(actions::register_builtin_actions(registry_));
    TlsAccess access{closed_port(), make_certificate("localhost"), kPassword};
    if (is_postgres())
      server_ = std::make_unique<PostgresServer>(std::move(access));
    else
      server_ = std::make_unique<MariadbServer>(std::move(access));
    target_ = server_->tls_target("db");
    server_->ask("create table " + table() + " (id int primary key, money int not null)");
    server_->ask("insert into " + table() + " values (1, 100)");
  }

  static bool is_postgres() { return std::string(GetParam()) == "postgres"; }
  static std::string table() { return is_postgres() ? "account" : "stock.account"; }
  std::string money() const { return server_->first("select money from " + table()); }

  actions::RunRequest request(Value receipt = {}) const {
    static const SystemClock clock;
    actions::RunRequest request;
    request.target = target_;
    request.transaction = "rung:0123456789abcdef0123456789abcdef:7:0123456789ab";
    request.receipt = std::move(receipt);
    request.clock = &clock;
    request.with = {{"sql", Value("update " + table() + " set money = money - 30")}};
    return request;
  }
  Outcome wait(awaitable<Outcome> work) {
    std::optional<Outcome> result;
    loop_.restart();
    boost::asio::co_spawn(loop_, std::move(work), [&](std::exception_ptr failure, Outcome got) {
      EXPECT_EQ(failure, nullptr);
      result = std::move(got);
    });
    loop_.run_for(std::chrono::seconds(30));
    EXPECT_TRUE(result.has_value()) << "it did not end in time";
    return result ? std::move(*result) : Outcome{};
  }
  Outcome prepare() { return wait(participant().prepare(request())); }
  actions::Participant& participant() const {
    return *registry_.find(std::string(GetParam()) + ".transaction")->participant();
  }
  ActionError not_done(const Outcome& outcome) {
    EXPECT_TRUE(std::holds_alternative<NotDone>(outcome));
    const ActionError* error = error_of(outcome);
    return error == nullptr ? ActionError{} : *error;
  }

  actions::Registry registry_;
  std::unique_ptr<DatabaseServer> server_;
  Target target_;
  boost::asio::io_context loop_{1};
};

TEST_P(SecureTest, prepares_and_commits_where_the_server_is_who_it_says) {
  const Outcome prepared = prepare();
  ASSERT_TRUE(std::holds_alternative<Done>(prepared)) << error_of(prepared)->message;
  const Value receipt = std::get<Done>(prepared).receipt;
  EXPECT_TRUE(std::holds_alternative<Done>(wait(participant().commit(request(receipt)))));
  EXPECT_EQ(money(), "70");
}

TEST_P(SecureTest, says_that_the_password_is_wrong_and_not_which) {
  target_.fields["password"] = Value("wrong-hunter2").as_secret();
  const ActionError error = not_done(prepare());
  EXPECT_EQ(error.error_class, ErrorClass::auth);
  EXPECT_THAT(error.message, AllOf(HasSubstr("clerk"), Not(HasSubstr("hunter2")),
                                   Not(HasSubstr("LOCATION")), HasSubstr("(SQLSTATE 28")));
}

TEST_P(SecureTest, says_nothing_to_a_server_whose_certificate_it_does_not_trust) {
  target_.fields["ca_file"] = Value(make_certificate("localhost").cert_file);
  const ActionError error = not_done(prepare());
  EXPECT_THAT(error.message, HasSubstr("certificate"));
  EXPECT_EQ(money(), "100");
}

TEST_P(SecureTest, says_nothing_to_a_server_of_another_name) {
  target_.fields["host"] = Value("127.0.0.1");
  const ActionError error = not_done(prepare());
  EXPECT_THAT(error.message, HasSubstr("certificate"));
  EXPECT_EQ(money(), "100");
}

TEST_P(SecureTest, does_not_do_without_tls_where_it_is_asked_for) {
  target_.fields[is_postgres() ? "sslmode" : "tls"] = Value("disable");
  not_done(prepare());
  EXPECT_EQ(money(), "100");
}

INSTANTIATE_TEST_SUITE_P(real, SecureTest, testing::Values("postgres", "mysql"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace rung::test
