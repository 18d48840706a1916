#include "actions/builtin.h"
#include "base/clock.h"
#include "tests/two_phase/database_server.h"

#include <gmock/gmock.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <thread>

namespace rung::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kName = "rung:0123456789abcdef0123456789abcdef:7:0123456789ab";

// The contract of a participant, held against real servers of both kinds.
class ParticipantTest : public testing::TestWithParam<const char*> {
 protected:
  ParticipantTest() {
    EXPECT_TRUE(actions::register_builtin_actions(registry_));
    if (is_postgres())
      server_ = std::make_unique<PostgresServer>();
    else
      server_ = std::make_unique<MariadbServer>();
    ask("create table account (id int primary key, money int not null)");
    ask("insert into account values (1, 100)");
  }

  static bool is_postgres() { return std::string(GetParam()) == "postgres"; }
  std::string at(const std::string& number) const { return is_postgres() ? "$" + number : "?"; }
  actions::Participant& participant() const {
    return *registry_.find(std::string(GetParam()) + ".transaction")->participant();
  }

  // In the database that the transactions work on.
  std::string ask(const std::string& sql) const {
    if (is_postgres()) return server_->first(sql);
    const std::string in_stock =
        sql.find(" account") == std::string::npos
            ? sql
            : sql.substr(0, sql.find(" account")) + " stock." + sql.substr(sql.find("account"));
    return server_->first(in_stock);
  }
  std::string money() const { return ask("select money from account where id = 1"); }

  actions::RunRequest request(Value receipt = {}) const {
    static const SystemClock clock;
    actions::RunRequest request;
    request.target = server_->target("db");
    request.transaction = kName;
    request.receipt = std::move(receipt);
    request.clock = &clock;
    return request;
  }
  actions::RunRequest work(const std::string& sql, Value::List params = {}) const {
    actions::RunRequest work = request();
    work.with = {{"sql", Value(Value::List{Value(sql)})}, {"params", Value(std::move(params))}};
    return work;
  }
  actions::RunRequest take(int amount) const {
    return work("update account set money = money - " + at("1") + " where id = " + at("2"),
                {Value(amount), Value(1)});
  }

  template <class T>
  T wait(awaitable<T> work, boost::asio::cancellation_slot slot = {},
         const std::function<bool()>& poll = nullptr) {
    std::optional<T> result;
    loop_.restart();
    boost::asio::co_spawn(
        loop_, std::move(work),
        boost::asio::bind_cancellation_slot(slot, [&](std::exception_ptr failure, T got) {
          EXPECT_EQ(failure, nullptr);
          result = std::move(got);
        }));
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    bool is_polling = poll != nullptr;
    while (!result && std::chrono::steady_clock::now() < end) {
      loop_.run_one_for(std::chrono::milliseconds(10));
      loop_.restart();
      if (is_polling) is_polling = !poll();
    }
    EXPECT_TRUE(result.has_value()) << "it did not end in time";
    return result ? std::move(*result) : T{};
  }

  Done done(const Outcome& outcome) {
    const auto* is_done = std::get_if<Done>(&outcome);
    EXPECT_NE(is_done, nullptr) << error_of(outcome)->message;
    return is_done == nullptr ? Done{} : *is_done;
  }
  // As an administrator would: after MariaDB has noticed that the session which prepared is gone.
  void end_by_hand(const std::string& how) {
    if (is_postgres()) return static_cast<void>(ask(how + " prepared '" + kName + "'"));
    EXPECT_TRUE(server_->comes_to("select is_used_lock('" + kName + "')", ""));
    ask("xa " + how + " '" + kName + "'");
  }

  Done prepared(actions::RunRequest request) {
    return done(wait(participant().prepare(std::move(request))));
  }

  actions::Registry registry_;
  std::unique_ptr<DatabaseServer> server_;
  boost::asio::io_context loop_{1};
};

TEST_P(ParticipantTest, commits_what_it_prepared) {
  const Done done_ = prepared(take(30));
  EXPECT_EQ(done_.outputs.at("affected"), Value(Value::List{Value(1)}));
  EXPECT_EQ(money(), "100");
  EXPECT_THAT(server_->prepared(), ElementsAre(kName));
  EXPECT_FALSE(done(wait(participant().commit(request(done_.receipt)))).adopted);
  EXPECT_EQ(money(), "70");
  EXPECT_THAT(server_->prepared(), IsEmpty());
}

TEST_P(ParticipantTest, rolls_back_what_it_prepared) {
  const Done done_ = prepared(take(30));
  done(wait(participant().rollback(request(done_.receipt))));
  EXPECT_EQ(money(), "100");
  EXPECT_THAT(server_->prepared(), IsEmpty());
}

TEST_P(ParticipantTest, keeps_its_promise_over_a_power_cut) {
  const Done done_ = prepared(take(30));
  server_->kill();
  const Outcome refused = wait(participant().commit(request(done_.receipt)));
  EXPECT_TRUE(std::holds_alternative<NotDone>(refused));
  server_->start();
  done(wait(participant().commit(request(done_.receipt))));
  EXPECT_EQ(money(), "70");
}

// MariaDB writes a rollback of what was prepared only with the next commit.
TEST_P(ParticipantTest, keeps_a_rollback_over_a_power_cut) {
  const Done done_ = prepared(take(30));
  done(wait(participant().rollback(request(done_.receipt))));
  server_->kill();
  server_->start();
  EXPECT_THAT(server_->prepared(), IsEmpty());
  EXPECT_EQ(money(), "100");
}

TEST_P(ParticipantTest, has_rolled_back_where_its_note_of_it_is_refused) {
  if (is_postgres()) GTEST_SKIP() << "PostgreSQL writes a rollback by itself";
  const Done done_ = prepared(take(30));
  server_->first(
      "create trigger stock.refuse before insert on stock.rung_marker for each row "
      "if new.name like '%:rollbacks' then signal sqlstate '45000'; end if");
  done(wait(participant().rollback(request(done_.receipt))));
  EXPECT_THAT(server_->prepared(), IsEmpty());
  EXPECT_EQ(money(), "100");
}

TEST_P(ParticipantTest, tells_a_commit_whose_answer_was_lost) {
  const Done done_ = prepared(take(30));
  done(wait(participant().commit(request(done_.receipt))));
  EXPECT_TRUE(done(wait(participant().commit(request(done_.receipt)))).adopted);
  server_->kill();
  server_->start();
  EXPECT_TRUE(done(wait(participant().commit(request(done_.receipt)))).adopted);
  EXPECT_EQ(money(), "70");
}

TEST_P(ParticipantTest, tells_what_somebody_else_rolled_back) {
  const Done done_ = prepared(take(30));
  end_by_hand("rollback");
  const Outcome outcome = wait(participant().commit(request(done_.receipt)));
  ASSERT_TRUE(std::holds_alternative<Failed>(outcome));
  EXPECT_EQ(error_of(outcome)->error_class, ErrorClass::conflict);
}

TEST_P(ParticipantTest, tells_what_somebody_else_committed) {
  const Done done_ = prepared(take(30));
  end_by_hand("commit");
  const Outcome outcome = wait(participant().rollback(request(done_.receipt)));
  ASSERT_TRUE(std::holds_alternative<Failed>(outcome));
  EXPECT_EQ(error_of(outcome)->error_class, ErrorClass::conflict);
}

TEST_P(ParticipantTest, does_not_guess_where_nothing_tells) {
  const Outcome outcome = wait(participant().commit(request()));
  ASSERT_TRUE(std::holds_alternative<Failed>(outcome));
  EXPECT_EQ(error_of(outcome)->error_class, ErrorClass::not_found);
}

TEST_P(ParticipantTest, leaves_nothing_of_a_statement_that_is_refused) {
  auto two = take(30);
  two.with["sql"] = Value(Value::List{Value("update account set money = 0"),
                                      Value("insert into account values (1, 1)")});
  two.with.erase("params");
  const Outcome outcome = wait(participant().prepare(std::move(two)));
  ASSERT_TRUE(std::holds_alternative<Failed>(outcome));
  EXPECT_THAT(error_of(outcome)->message, HasSubstr("db, statement 2"));
  EXPECT_EQ(error_of(outcome)->error_class, ErrorClass::conflict);
  EXPECT_THAT(server_->prepared(), IsEmpty());
  EXPECT_EQ(money(), "100");
}

TEST_P(ParticipantTest, drops_out_where_it_only_reads) {
  const Done done_ = prepared(work("select money from account where id = " + at("1"), {Value(1)}));
  EXPECT_TRUE(done_.receipt.is_null());
  EXPECT_EQ(done_.outputs.at("affected"), Value(Value::List{Value(1)}));
  EXPECT_THAT(server_->prepared(), IsEmpty());
}

TEST_P(ParticipantTest, binds_its_values) {
  ask(is_postgres() ? "create table account_note (note text)"
                    : "create table account_note (note text)");
  prepared(work("insert into account_note values (" + at("1") + ")",
                {Value("'); drop table account; --")}));
  done(wait(participant().commit(request(Value(Value::Map{{"at", Value(1)}})))));
  EXPECT_EQ(ask("select note from account_note"), "'); drop table account; --");
}

// The old engine is gone, and what it sent is still being carried out.
TEST_P(ParticipantTest, ends_what_still_works_under_its_name_before_it_rolls_back) {
  const std::string slow = is_postgres() ? "select pg_sleep(60)" : "select sleep(60)";
  auto two = take(30);
  const std::string update = "update account set money = 0";
  two.with["sql"] = Value(Value::List{Value(update), Value(slow)});
  two.with.erase("params");
  boost::asio::cancellation_signal signal;
  const std::string sessions =
      is_postgres()
          ? "select count(*) from pg_stat_activity where application_name = '" + kName +
                "' and wait_event = 'PgSleep'"
          : "select count(*) from information_schema.processlist where info = '" + slow + "'";
  const Outcome outcome = wait(participant().prepare(std::move(two)), signal.slot(), [&] {
    if (ask(sessions) == "0") return false;
    signal.emit(boost::asio::cancellation_type::terminal);
    return true;
  });
  EXPECT_FALSE(std::holds_alternative<Done>(outcome));
  EXPECT_EQ(ask(sessions), "1");  // the server has not noticed
  done(wait(participant().rollback(request())));
  EXPECT_TRUE(server_->comes_to(sessions, "0"));
  EXPECT_EQ(money(), "100");
  EXPECT_THAT(server_->prepared(), IsEmpty());
}

TEST_P(ParticipantTest, lists_its_own_names_only) {
  prepared(take(30));
  actions::RunRequest of_store = request();
  of_store.transaction = kName.substr(0, 38);
  EXPECT_THAT(wait(participant().list(of_store)).names, ElementsAre(kName));
  of_store.transaction = "rung:another";
  EXPECT_THAT(wait(participant().list(of_store)).names, IsEmpty());
  done(wait(participant().rollback(request())));
}

TEST_P(ParticipantTest, says_that_nothing_answers) {
  server_->stop();
  const Outcome outcome = wait(participant().prepare(take(30)));
  ASSERT_TRUE(std::holds_alternative<NotDone>(outcome));
  EXPECT_EQ(error_of(outcome)->error_class, ErrorClass::network);
  EXPECT_TRUE(wait(participant().list(request())).error.has_value());
}

INSTANTIATE_TEST_SUITE_P(real, ParticipantTest, testing::Values("postgres", "mysql"),
                         [](const auto& which) { return std::string(which.param); });

}  // namespace
}  // namespace rung::test
