#include "actions/mysql/mysql_transaction.h"

#include "actions/mysql/mysql_session.h"
#include "actions/sql/socket_wait.h"
#include "actions/sql/statements.h"
#include "actions/sql/transaction_outcome.h"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <charconv>

namespace rung::actions {
namespace {

namespace asio = boost::asio;

constexpr Duration kLookAgain = std::chrono::milliseconds(50);
// A marker is kept so long, and asked for a day less.
constexpr std::int64_t kMarkerDays = 30;
constexpr std::int64_t kDay = 24 * 60 * 60;

constexpr const char* kCreateMarkers =
    "create table if not exists rung_marker (name varchar(64) character set ascii not null primary "
    "key, at bigint not null) engine=innodb";

ActionSpec make_spec() {
  ActionSpec spec;
  spec.name = "mysql.transaction";
  spec.doc = "Statements in one transaction of MariaDB, as a participant of `two_phase`.";
  spec.inputs = statement_inputs();
  spec.outputs = {affected_output()};
  spec.target = {{"mysql"}, true};
  spec.is_participant = true;
  return spec;
}

// It cannot be bound. The name is ours: letters, digits and colons.
std::string quoted(const std::string& name) {
  std::string out = "'";
  for (const char c : name) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::int64_t number_in(const SqlText& text) {
  std::int64_t number = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

awaitable<SqlOpened> open(const RunRequest& request) {
  SqlOpened opened = co_await open_mysql(mysql_place(*request.target));
  co_return opened;
}

awaitable<SqlAnswer> make_markers(SqlSession& session) {
  SqlAnswer there = co_await session.ask(
      "select count(*) from information_schema.tables"
      " where table_schema = database() and table_name = 'rung_marker'",
      {});
  if (there.is_done() && number_in(there.first()) == 0)
    there = co_await session.ask(kCreateMarkers, {});
  co_return there;
}

// Of this store: up to the second colon of the name. They are of no use any more.
awaitable<SqlAnswer> drop_old_markers(SqlSession& session, const RunRequest& request) {
  const auto colon = request.transaction.find(':', request.transaction.find(':') + 1);
  SqlAnswer dropped = co_await session.ask(
      "delete from rung_marker where name like '" + request.transaction.substr(0, colon) +
          ":%' and at < unix_timestamp() - " + std::to_string(kMarkerDays * kDay) + " limit 1000",
      {});
  co_return dropped;
}

// Rows that this session wrote so far, in whatever table.
awaitable<SqlAnswer> written_rows(SqlSession& session) {
  SqlAnswer rows = co_await session.ask(
      "select sum(variable_value) from information_schema.session_status where variable_name in "
      "('HANDLER_WRITE', 'HANDLER_UPDATE', 'HANDLER_DELETE')",
      {});
  co_return rows;
}

// The session that works under a name holds a lock of that name. Ends it, and waits until it is
// gone: only then may another session touch what it prepared.
awaitable<SqlAnswer> end_sessions(SqlSession& session, const RunRequest& request) {
  for (;;) {
    SqlAnswer holder =
        co_await session.ask("select is_used_lock(" + quoted(request.transaction) + ")", {});
    if (!holder.is_done() || !holder.first()) co_return holder;
    SqlAnswer killed = co_await session.ask("kill connection " + *holder.first(), {});
    if (killed.is_open()) co_return killed;
    const bool goes_on = co_await pause_for(kLookAgain);
    if (!goes_on)
      co_return SqlAnswer{SqlAnswer::How::ended, "", "the session that prepares does not end"};
  }
}

awaitable<SqlAnswer> prepared_names(SqlSession& session) {
  SqlAnswer all = co_await session.ask("xa recover", {});
  co_return all;
}

bool has_name(const SqlAnswer& all, const std::string& name) {
  return std::any_of(all.rows.begin(), all.rows.end(), [&](const auto& row) {
    return row.size() > 3 && row[3].value_or("") == name;
  });
}

enum class Marker : std::uint8_t { there, missing, forgotten };

struct MarkerFound {
  Marker marker = Marker::forgotten;
  SqlAnswer answer;  // where it could not be looked for
};

awaitable<MarkerFound> find_marker(SqlSession& session, const RunRequest& request) {
  MarkerFound found;
  const Value* at = request.receipt.member("at");
  if (at == nullptr || at->integer() == nullptr) co_return found;
  found.answer = co_await session.ask(
      "select count(*), unix_timestamp() from rung_marker"
      " where name = " +
          quoted(request.transaction),
      {});
  if (!found.answer.is_done()) co_return found;
  const auto& row = found.answer.rows.front();
  if (number_in(row[0]) > 0) {
    found.marker = Marker::there;
  } else if (number_in(row[1]) - *at->integer() < (kMarkerDays - 1) * kDay) {
    found.marker = Marker::missing;
  }
  co_return found;
}

// A rollback is in memory first, other than a prepare and a commit: where the server dies within
// the second, the transaction would be prepared again. A commit after it writes both. A server that
// takes no row (it is read-only by now, or a right is gone) has rolled back all the same: what
// comes back with it, the sweep finds.
awaitable<Outcome> keep_rollback(SqlSession& session, const RunRequest& request) {
  SqlAnswer there = co_await make_markers(session);
  if (there.is_open()) co_return ask_again(there, "rollback", request);
  if (!there.is_done()) co_return Done{};
  const auto colon = request.transaction.find(':', request.transaction.find(':') + 1);
  SqlAnswer kept = co_await session.ask(
      "insert into rung_marker (name, at) values ('" + request.transaction.substr(0, colon) +
          ":rollbacks', unix_timestamp()) on duplicate key update at = at + 1",
      {});
  if (kept.is_open()) co_return ask_again(kept, "rollback", request);
  co_return Done{};
}

// What keeps others from the name and tells later what became of it.
awaitable<SqlAnswer> make_ready(SqlSession& session, const RunRequest& request) {
  SqlAnswer held =
      co_await session.ask("select get_lock(" + quoted(request.transaction) + ", 0)", {});
  if (!held.is_done()) co_return held;
  if (held.first().value_or("") != "1")
    co_return SqlAnswer{SqlAnswer::How::refused, "55000", "another session works under this name"};
  SqlAnswer markers = co_await make_markers(session);
  if (!markers.is_done()) co_return markers;
  SqlAnswer dropped = co_await drop_old_markers(session, request);
  if (dropped.is_open()) co_return dropped;
  SqlAnswer begun = co_await session.ask("xa start " + quoted(request.transaction), {});
  co_return begun;
}

// All that is in doubt is the last statement.
awaitable<Outcome> finish_preparing(SqlSession& session, const RunRequest& request,
                                    std::vector<std::int64_t> counts) {
  const std::string name = quoted(request.transaction);
  SqlAnswer time = co_await session.ask("select unix_timestamp()", {});
  if (!time.is_done()) co_return not_prepared(time, counts.size(), request);
  SqlAnswer marked = co_await session.ask(
      "insert into rung_marker (name, at) values (" + name + ", unix_timestamp())", {});
  if (!marked.is_done()) co_return not_prepared(marked, counts.size(), request);
  SqlAnswer ended = co_await session.ask("xa end " + name, {});
  if (!ended.is_done()) co_return not_prepared(ended, counts.size(), request);
  SqlAnswer prepared = co_await session.ask("xa prepare " + name, {});
  if (prepared.is_open()) co_return perhaps_prepared(prepared, request);
  if (!prepared.is_done()) co_return not_prepared(prepared, counts.size(), request);
  co_return Done{affected_rows(counts), false,
                 Value(Value::Map{{"at", Value(number_in(time.first()))}})};
}

}  // namespace

MysqlTransaction::MysqlTransaction() : spec_(make_spec()) {}

EffectClass MysqlTransaction::effect_class(const Value::Map&) const {
  return EffectClass::probe;  // its name can be looked for
}

std::vector<std::string> MysqlTransaction::check(const Value::Map& with, const Target*) const {
  return check_statements(with);
}

awaitable<Outcome> MysqlTransaction::run(RunRequest) {
  co_return only_in_two_phase(spec_.name);
}

awaitable<Outcome> MysqlTransaction::prepare(RunRequest request) {
  co_await asio::this_coro::throw_if_cancelled(false);
  SqlOpened opened = co_await open(request);
  if (opened.session == nullptr) co_return not_connected(opened.answer, request);
  SqlSession& session = *opened.session;
  SqlAnswer ready = co_await make_ready(session, request);
  if (!ready.is_done()) co_return not_prepared(ready, 0, request);
  SqlAnswer before = co_await written_rows(session);
  if (!before.is_done()) co_return not_prepared(before, 0, request);
  std::vector<std::int64_t> counts;
  for (Statement& statement : statements_from(request.with, SqlBooleans::digits)) {
    SqlAnswer answer = co_await session.ask(statement.sql, std::move(statement.params));
    if (!answer.is_done()) co_return not_prepared(answer, counts.size() + 1, request);
    counts.push_back(answer.affected);
  }
  SqlAnswer after = co_await written_rows(session);
  if (!after.is_done()) co_return not_prepared(after, counts.size(), request);
  if (after.first() == before.first()) {
    SqlAnswer ended = co_await session.ask("xa end " + quoted(request.transaction), {});
    if (ended.is_done()) {
      ended = co_await session.ask("xa commit " + quoted(request.transaction) + " one phase", {});
    }
    if (!ended.is_done()) co_return not_prepared(ended, counts.size(), request);
    co_return Done{affected_rows(counts), false, {}};
  }
  Outcome outcome = co_await finish_preparing(session, request, std::move(counts));
  co_return outcome;
}

awaitable<Outcome> MysqlTransaction::commit(RunRequest request) {
  co_await asio::this_coro::throw_if_cancelled(false);
  SqlOpened opened = co_await open(request);
  if (opened.session == nullptr) co_return not_connected(opened.answer, request);
  SqlSession& session = *opened.session;
  SqlAnswer gone = co_await end_sessions(session, request);
  if (!gone.is_done()) co_return ask_again(gone, "commit", request);
  SqlAnswer done = co_await session.ask("xa commit " + quoted(request.transaction), {});
  if (done.is_done()) co_return Done{};
  const bool is_missing = done.how == SqlAnswer::How::refused && done.state == "XAE04";
  if (!is_missing) co_return ask_again(done, "commit", request);
  SqlAnswer all = co_await prepared_names(session);
  if (!all.is_done() || has_name(all, request.transaction))
    co_return ask_again(all.is_done() ? done : all, "commit", request);
  MarkerFound found = co_await find_marker(session, request);
  if (!found.answer.is_done()) co_return ask_again(found.answer, "commit", request);
  switch (found.marker) {
    case Marker::there: co_return Done{{}, true};
    case Marker::missing:
      co_return the_opposite(request.target->name +
                             ": the prepared transaction was rolled back by somebody else");
    case Marker::forgotten: break;
  }
  co_return nobody_knows(request.target->name + " has no prepared transaction " +
                         request.transaction + ", and does not know what became of it");
}

awaitable<Outcome> MysqlTransaction::rollback(RunRequest request) {
  co_await asio::this_coro::throw_if_cancelled(false);
  SqlOpened opened = co_await open(request);
  if (opened.session == nullptr) co_return not_connected(opened.answer, request);
  SqlSession& session = *opened.session;
  SqlAnswer gone = co_await end_sessions(session, request);
  if (!gone.is_done()) co_return ask_again(gone, "rollback", request);
  SqlAnswer all = co_await prepared_names(session);
  if (!all.is_done()) co_return ask_again(all, "rollback", request);
  if (has_name(all, request.transaction)) {
    SqlAnswer done = co_await session.ask("xa rollback " + quoted(request.transaction), {});
    if (!done.is_done()) co_return ask_again(done, "rollback", request);
    Outcome kept = co_await keep_rollback(session, request);
    co_return kept;
  }
  MarkerFound found = co_await find_marker(session, request);
  if (!found.answer.is_done()) co_return ask_again(found.answer, "rollback", request);
  if (found.marker == Marker::there) {
    co_return the_opposite(request.target->name +
                           ": the prepared transaction was committed by somebody else");
  }
  // An earlier try may have rolled it back, and lost its answer.
  Outcome kept = co_await keep_rollback(session, request);
  co_return kept;
}

awaitable<Participant::Prepared> MysqlTransaction::list(RunRequest request) {
  co_await asio::this_coro::throw_if_cancelled(false);
  Prepared prepared;
  SqlOpened opened = co_await open(request);
  if (opened.session == nullptr) {
    prepared.error = not_connected(opened.answer, request).error;
    co_return prepared;
  }
  SqlAnswer all = co_await prepared_names(*opened.session);
  if (!all.is_done()) prepared.error = error_from(all, request.target->name, request.secrets);
  for (const auto& row : all.rows) {
    const std::string name = row.size() > 3 ? row[3].value_or("") : "";
    if (name.starts_with(request.transaction)) prepared.names.push_back(name);
  }
  co_return prepared;
}

}  // namespace rung::actions
