#include "actions/postgres/postgres_transaction.h"

#include "actions/postgres/postgres_session.h"
#include "actions/sql/socket_wait.h"
#include "actions/sql/statements.h"
#include "actions/sql/transaction_outcome.h"

#include <boost/asio/this_coro.hpp>

namespace rung::actions {
namespace {

namespace asio = boost::asio;

// Of the sessions that settle transactions: those that do the work bear the transaction's name.
constexpr const char* kOwnName = "rung";
constexpr Duration kLookAgain = std::chrono::milliseconds(50);

ActionSpec make_spec() {
  ActionSpec spec;
  spec.name = "postgres.transaction";
  spec.doc = "Statements in one transaction of PostgreSQL, as a participant of `two_phase`.";
  spec.inputs = statement_inputs();
  spec.outputs = {affected_output()};
  spec.target = {{"postgres"}, true};
  spec.is_participant = true;
  return spec;
}

// It cannot be bound. The name is ours: letters, digits and colons.
std::string quoted(const std::string& name) {
  std::string out = "'";
  for (const char c : name) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

awaitable<SqlOpened> open(const RunRequest& request, std::string name) {
  SqlOpened opened = co_await open_postgres(postgres_place(*request.target), std::move(name));
  co_return opened;
}

SqlText xid_in(const RunRequest& request) {
  const Value* xid = request.receipt.member("xid");
  return xid == nullptr || xid->string() == nullptr ? SqlText() : SqlText(*xid->string());
}

// Its own statement: GCC 12 cannot build a list in the argument of a co_await.
std::vector<SqlText> one(std::string value) {
  std::vector<SqlText> params;
  params.emplace_back(std::move(value));
  return params;
}

// What the server remembers of a transaction that is not among the prepared ones. An empty text: it
// never heard of it or has forgotten it.
awaitable<SqlAnswer> status_of(SqlSession& session, const RunRequest& request) {
  const SqlText xid = xid_in(request);
  if (!xid) co_return SqlAnswer{};
  SqlAnswer answer = co_await session.ask("select pg_xact_status($1::xid8)", one(*xid));
  // A number that this server has not reached: it is not the one that prepared.
  if (answer.state == "22023") co_return SqlAnswer{};
  co_return answer;
}

awaitable<SqlAnswer> look_for(SqlSession& session, const RunRequest& request) {
  SqlAnswer found = co_await session.ask("select 1 from pg_prepared_xacts where gid = $1",
                                         one(request.transaction));
  co_return found;
}

// Ends the sessions that bear the name, and waits until the server has none any more.
awaitable<SqlAnswer> end_sessions(SqlSession& session, const RunRequest& request) {
  for (;;) {
    SqlAnswer others = co_await session.ask(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where application_name = $1 and pid <> pg_backend_pid()",
        one(request.transaction));
    if (!others.is_done() || others.rows.empty()) co_return others;
    const bool goes_on = co_await pause_for(kLookAgain);
    if (!goes_on)
      co_return SqlAnswer{SqlAnswer::How::ended, "", "the session that prepares does not end"};
  }
}

Outcome commit_found(const SqlAnswer& status, const RunRequest& request) {
  const std::string found = status.first().value_or("");
  const std::string& server = request.target->name;
  if (found == "committed") return Done{{}, true};
  if (found == "aborted")
    return the_opposite(server + ": the prepared transaction was rolled back by somebody else");
  if (found == "in progress")
    return NotDone{{ErrorClass::unavailable, server + ": the transaction is still under way"}};
  return nobody_knows(server + " has no prepared transaction " + request.transaction +
                      ", and does not know what became of it");
}

}  // namespace

PostgresTransaction::PostgresTransaction() : spec_(make_spec()) {}

EffectClass PostgresTransaction::effect_class(const Value::Map&) const {
  return EffectClass::probe;  // its name can be looked for
}

std::vector<std::string> PostgresTransaction::check(const Value::Map& with, const Target*) const {
  return check_statements(with);
}

awaitable<Outcome> PostgresTransaction::run(RunRequest) {
  co_return only_in_two_phase(spec_.name);
}

awaitable<Outcome> PostgresTransaction::prepare(RunRequest request) {
  co_await asio::this_coro::throw_if_cancelled(false);
  SqlOpened opened = co_await open(request, request.transaction);
  if (opened.session == nullptr) co_return not_connected(opened.answer, request);
  SqlSession& session = *opened.session;
  SqlAnswer begun = co_await session.ask("begin", {});
  if (!begun.is_done()) co_return not_prepared(begun, 0, request);
  std::vector<std::int64_t> counts;
  for (Statement& statement : statements_from(request.with, SqlBooleans::words)) {
    SqlAnswer answer = co_await session.ask(statement.sql, std::move(statement.params));
    if (!answer.is_done()) co_return not_prepared(answer, counts.size() + 1, request);
    counts.push_back(answer.affected);
  }
  SqlAnswer xid = co_await session.ask("select pg_current_xact_id_if_assigned()::text", {});
  if (!xid.is_done()) co_return not_prepared(xid, counts.size(), request);
  if (!xid.first()) co_return Done{affected_rows(counts), false, {}};
  SqlAnswer prepared =
      co_await session.ask("prepare transaction " + quoted(request.transaction), {});
  if (prepared.is_open()) co_return perhaps_prepared(prepared, request);
  if (!prepared.is_done()) co_return not_prepared(prepared, counts.size(), request);
  co_return Done{affected_rows(counts), false, Value(Value::Map{{"xid", Value(*xid.first())}})};
}

awaitable<Outcome> PostgresTransaction::commit(RunRequest request) {
  co_await asio::this_coro::throw_if_cancelled(false);
  SqlOpened opened = co_await open(request, kOwnName);
  if (opened.session == nullptr) co_return not_connected(opened.answer, request);
  SqlSession& session = *opened.session;
  SqlAnswer done = co_await session.ask("commit prepared " + quoted(request.transaction), {});
  if (done.is_done()) co_return Done{};
  const bool is_missing = done.how == SqlAnswer::How::refused && done.state == "42704";
  if (!is_missing) co_return ask_again(done, "commit", request);
  SqlAnswer status = co_await status_of(session, request);
  if (!status.is_done()) co_return ask_again(status, "commit", request);
  co_return commit_found(status, request);
}

awaitable<Outcome> PostgresTransaction::rollback(RunRequest request) {
  co_await asio::this_coro::throw_if_cancelled(false);
  SqlOpened opened = co_await open(request, kOwnName);
  if (opened.session == nullptr) co_return not_connected(opened.answer, request);
  SqlSession& session = *opened.session;
  SqlAnswer gone = co_await end_sessions(session, request);
  if (!gone.is_done()) co_return ask_again(gone, "rollback", request);
  SqlAnswer found = co_await look_for(session, request);
  if (!found.is_done()) co_return ask_again(found, "rollback", request);
  if (!found.rows.empty()) {
    SqlAnswer done = co_await session.ask("rollback prepared " + quoted(request.transaction), {});
    if (!done.is_done()) co_return ask_again(done, "rollback", request);
    co_return Done{};
  }
  SqlAnswer status = co_await status_of(session, request);
  if (!status.is_done()) co_return ask_again(status, "rollback", request);
  if (status.first().value_or("") == "committed") {
    co_return the_opposite(request.target->name +
                           ": the prepared transaction was committed by somebody else");
  }
  co_return Done{};
}

awaitable<Participant::Prepared> PostgresTransaction::list(RunRequest request) {
  co_await asio::this_coro::throw_if_cancelled(false);
  Prepared prepared;
  SqlOpened opened = co_await open(request, kOwnName);
  if (opened.session == nullptr) {
    prepared.error = not_connected(opened.answer, request).error;
    co_return prepared;
  }
  SqlAnswer all = co_await opened.session->ask(
      "select gid from pg_prepared_xacts"
      " where database = current_database() and starts_with(gid, $1)",
      one(request.transaction));
  if (!all.is_done()) prepared.error = error_from(all, request.target->name, request.secrets);
  for (const auto& row : all.rows) prepared.names.push_back(row.front().value_or(""));
  co_return prepared;
}

}  // namespace rung::actions
