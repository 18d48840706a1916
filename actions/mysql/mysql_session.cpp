#include "actions/mysql/mysql_session.h"

#include "actions/mysql/mariadb_library.h"
#include "actions/sql/socket_wait.h"
#include "actions/sql/tcp_addresses.h"
#include "actions/text.h"

#include <sys/socket.h>

#include <chrono>

namespace rung::actions {
namespace {

using Clock = std::chrono::steady_clock;

// An answer is waited for as long as the attempt lasts.
constexpr Duration kLong = std::chrono::hours(24);
// Errors of the library itself: the connection is gone, or was never there.
constexpr unsigned kFirstOfClient = 2000;
constexpr unsigned kLastOfClient = 2999;
// Somebody ended the session, or the server shuts down.
constexpr unsigned kKilled = 1927;
constexpr unsigned kShutDown = 1053;

// Too many connections, of all or of this user, or a host that failed too often: not now.
bool is_full(unsigned number) {
  return number == 1040 || number == 1129 || number == 1203 || number == 1226;
}

SqlAnswer was_ended() {
  return {SqlAnswer::How::ended, "", "it was asked to end before the server answered"};
}

class MysqlSession final : public SqlSession {
 public:
  explicit MysqlSession(const MariadbLibrary& db) : db_(db), connection_(db_.init(nullptr)) {}
  MysqlSession(const MysqlSession&) = delete;
  MysqlSession& operator=(const MysqlSession&) = delete;
  ~MysqlSession() override;

  awaitable<SqlAnswer> connect(const MysqlPlace& place, std::string host, Clock::time_point end);
  awaitable<SqlAnswer> ask(std::string sql, std::vector<SqlText> params) override;

 private:
  void set_tls(const MysqlPlace& place);
  template <class Cont>
  awaitable<SocketState> drive(int status, Clock::time_point end, Cont cont);
  awaitable<SqlAnswer> query(std::string sql);
  awaitable<SqlAnswer> take_results();
  awaitable<SqlAnswer> execute(std::string sql, std::vector<SqlText> params);
  awaitable<SqlAnswer> execute(MYSQL_STMT* statement, std::string sql, std::vector<SqlText> params);
  SqlAnswer problem() const;
  SqlAnswer problem(MYSQL_STMT* statement) const;
  static SqlAnswer problem(unsigned number, const char* state, const char* message);
  void read_rows(MYSQL_RES* result, SqlAnswer& answer) const;

  const MariadbLibrary db_;
  MYSQL* const connection_;
  bool is_under_way_ = false;  // a call that was not brought to its end
};

// Saying goodbye in the middle of a call could wait for the server; a closed socket cannot.
MysqlSession::~MysqlSession() {
  if (is_under_way_) ::shutdown(static_cast<int>(db_.socket(connection_)), SHUT_RDWR);
  db_.close(connection_);
}

template <class Cont>
awaitable<SocketState> MysqlSession::drive(int status, Clock::time_point end, Cont cont) {
  is_under_way_ = true;
  while (status != 0) {
    const SocketWish wish{(status & MYSQL_WAIT_READ) != 0, (status & MYSQL_WAIT_WRITE) != 0};
    const int fd = static_cast<int>(db_.socket(connection_));
    const auto state = co_await wait_for_socket(fd, wish, end - Clock::now());
    if (state != SocketState::ready) co_return state;
    status = cont(status & (MYSQL_WAIT_READ | MYSQL_WAIT_WRITE));
  }
  is_under_way_ = false;
  co_return SocketState::ready;
}

void MysqlSession::set_tls(const MysqlPlace& place) {
  const auto text = [&](mysql_option option, const std::string& value) {
    if (!value.empty()) db_.options(connection_, option, value.c_str());
  };
  if (place.tls.empty() || place.tls == "disable") return;
  const my_bool yes = 1;
  const my_bool verify = place.tls == "verify" ? 1 : 0;
  db_.options(connection_, MYSQL_OPT_SSL_ENFORCE, &yes);
  db_.options(connection_, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
  text(MYSQL_OPT_SSL_CA, place.ca_file);
  text(MYSQL_OPT_SSL_CERT, place.client_cert);
  text(MYSQL_OPT_SSL_KEY, place.client_key);
}

awaitable<SqlAnswer> MysqlSession::connect(const MysqlPlace& place, std::string host,
                                           Clock::time_point end) {
  db_.options(connection_, MYSQL_OPT_NONBLOCK, nullptr);
  db_.options(connection_, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  // By itself the library takes the name `localhost` for a unix socket, whatever its port.
  const unsigned tcp = MYSQL_PROTOCOL_TCP;
  if (place.socket.empty()) db_.options(connection_, MYSQL_OPT_PROTOCOL, &tcp);
  set_tls(place);
  MYSQL* connected = nullptr;
  const char* socket = place.socket.empty() ? nullptr : place.socket.c_str();
  const int status =
      db_.connect_start(&connected, connection_, host.c_str(), place.user.c_str(),
                        place.password.c_str(), place.dbname.c_str(), place.port, socket, 0);
  const auto state = co_await drive(
      status, end, [&](int ready) { return db_.connect_cont(&connected, connection_, ready); });
  if (state == SocketState::ended) co_return was_ended();
  if (state == SocketState::late)
    co_return SqlAnswer{SqlAnswer::How::lost, "", "no connection within the connect_timeout"};
  if (connected != nullptr) co_return SqlAnswer{};
  SqlAnswer failed = problem();
  if (is_full(db_.error_number(connection_))) failed.how = SqlAnswer::How::lost;
  co_return failed;
}

SqlAnswer MysqlSession::problem(unsigned number, const char* state, const char* message) {
  const bool is_gone = (number >= kFirstOfClient && number <= kLastOfClient) || number == kKilled ||
                       number == kShutDown;
  if (is_gone) return {SqlAnswer::How::lost, "", as_utf8(message)};
  return {SqlAnswer::How::refused, state, as_utf8(message)};
}
SqlAnswer MysqlSession::problem() const {
  return problem(db_.error_number(connection_), db_.state(connection_), db_.error(connection_));
}
SqlAnswer MysqlSession::problem(MYSQL_STMT* statement) const {
  return problem(db_.stmt_error_number(statement), db_.stmt_state(statement),
                 db_.stmt_error(statement));
}

void MysqlSession::read_rows(MYSQL_RES* result, SqlAnswer& answer) const {
  const unsigned columns = db_.columns(result);
  while (MYSQL_ROW row = db_.fetch_row(result)) {
    const unsigned long* lengths = db_.lengths(result);
    auto& values = answer.rows.emplace_back();
    for (unsigned n = 0; n < columns; ++n)
      values.push_back(row[n] == nullptr ? SqlText() : SqlText(std::string(row[n], lengths[n])));
  }
  answer.affected = static_cast<std::int64_t>(answer.rows.size());
}

// A procedure gives several results: all are taken, the first is told.
awaitable<SqlAnswer> MysqlSession::take_results() {
  SqlAnswer answer;
  for (bool is_first = true;; is_first = false) {
    SqlAnswer one;
    if (db_.field_count(connection_) > 0) {
      MYSQL_RES* result = nullptr;
      const int status = db_.store_start(&result, connection_);
      const auto state = co_await drive(status, Clock::now() + kLong, [&](int ready) {
        return db_.store_cont(&result, connection_, ready);
      });
      if (state != SocketState::ready) co_return was_ended();
      if (result == nullptr) co_return problem();
      read_rows(result, one);
      db_.free_result(result);
    } else {
      one.affected = static_cast<std::int64_t>(db_.affected(connection_));
    }
    if (is_first) answer = std::move(one);
    if (db_.more_results(connection_) == 0) co_return answer;
    int failed = 0;
    const int status = db_.next_start(&failed, connection_);
    const auto state = co_await drive(status, Clock::now() + kLong, [&](int ready) {
      return db_.next_cont(&failed, connection_, ready);
    });
    if (state != SocketState::ready) co_return was_ended();
    if (failed > 0) co_return problem();
  }
}

awaitable<SqlAnswer> MysqlSession::query(std::string sql) {
  int failed = 0;
  const int status = db_.query_start(&failed, connection_, sql.data(), sql.size());
  const auto state = co_await drive(status, Clock::now() + kLong, [&](int ready) {
    return db_.query_cont(&failed, connection_, ready);
  });
  if (state != SocketState::ready) co_return was_ended();
  if (failed != 0) co_return problem();
  SqlAnswer answer = co_await take_results();
  co_return answer;
}

awaitable<SqlAnswer> MysqlSession::execute(MYSQL_STMT* statement, std::string sql,
                                           std::vector<SqlText> params) {
  const auto end = Clock::now() + kLong;
  int failed = 0;
  int status = db_.stmt_prepare_start(&failed, statement, sql.data(), sql.size());
  auto state = co_await drive(
      status, end, [&](int ready) { return db_.stmt_prepare_cont(&failed, statement, ready); });
  if (state != SocketState::ready) co_return was_ended();
  if (failed != 0) co_return problem(statement);
  if (db_.stmt_params(statement) != params.size()) {
    co_return SqlAnswer{SqlAnswer::How::refused, "07001",
                        "it has " + std::to_string(db_.stmt_params(statement)) +
                            " placeholders, and `params` gives " + std::to_string(params.size())};
  }
  std::vector<MYSQL_BIND> binds(params.size());
  for (std::size_t n = 0; n < params.size(); ++n) {
    binds[n].buffer_type = params[n] ? MYSQL_TYPE_STRING : MYSQL_TYPE_NULL;
    if (!params[n]) continue;
    binds[n].buffer = params[n]->data();
    binds[n].buffer_length = params[n]->size();
  }
  if (db_.stmt_bind(statement, binds.data()) != 0) co_return problem(statement);
  status = db_.stmt_execute_start(&failed, statement);
  state = co_await drive(
      status, end, [&](int ready) { return db_.stmt_execute_cont(&failed, statement, ready); });
  if (state != SocketState::ready) co_return was_ended();
  if (failed != 0) co_return problem(statement);
  SqlAnswer answer;
  answer.affected = static_cast<std::int64_t>(db_.stmt_affected(statement));
  if (db_.stmt_columns(statement) == 0) co_return answer;
  status = db_.stmt_store_start(&failed, statement);
  state = co_await drive(status, end,
                         [&](int ready) { return db_.stmt_store_cont(&failed, statement, ready); });
  if (state != SocketState::ready) co_return was_ended();
  if (failed != 0) co_return problem(statement);
  answer.affected = static_cast<std::int64_t>(db_.stmt_rows(statement));
  co_return answer;
}

// Its rows are counted, not read.
awaitable<SqlAnswer> MysqlSession::execute(std::string sql, std::vector<SqlText> params) {
  MYSQL_STMT* const statement = db_.stmt_init(connection_);
  SqlAnswer answer = co_await execute(statement, std::move(sql), std::move(params));
  if (answer.how == SqlAnswer::How::ended) co_return answer;  // it goes with the connection
  my_bool failed = 0;
  const int status = db_.stmt_close_start(&failed, statement);
  const auto state = co_await drive(status, Clock::now() + kLong, [&](int ready) {
    return db_.stmt_close_cont(&failed, statement, ready);
  });
  if (state != SocketState::ready) co_return was_ended();
  co_return answer;
}

awaitable<SqlAnswer> MysqlSession::ask(std::string sql, std::vector<SqlText> params) {
  SqlAnswer answer;
  if (params.empty())
    answer = co_await query(std::move(sql));
  else
    answer = co_await execute(std::move(sql), std::move(params));
  co_return answer;
}

}  // namespace

awaitable<SqlOpened> open_mysql(MysqlPlace place) {
  auto db = load_mariadb();
  if (!db) co_return SqlOpened{nullptr, {SqlAnswer::How::refused, "", db.error().message()}};
  const auto end = Clock::now() + place.connect_timeout;
  TcpAddresses found = co_await tcp_addresses(place.host, place.connect_timeout);
  SqlOpened opened{nullptr, std::move(found.problem)};
  // The library verifies the name that it connects, and then tries the addresses by itself.
  const bool by_name = place.tls == "verify" && !place.host.empty();
  if (by_name && !found.addresses.empty()) found.addresses = {place.host};
  for (const std::string& address : found.addresses) {
    auto session = std::make_unique<MysqlSession>(db.value());
    opened.answer = co_await session->connect(place, address, end);
    if (opened.answer.is_done()) {
      opened.session = std::move(session);
      break;
    }
    if (opened.answer.how == SqlAnswer::How::ended) break;
  }
  co_return opened;
}

}  // namespace rung::actions
