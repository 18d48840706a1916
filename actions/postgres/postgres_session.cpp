#include "actions/postgres/postgres_session.h"

#include "actions/postgres/pq_library.h"
#include "actions/sql/socket_wait.h"
#include "actions/sql/tcp_addresses.h"
#include "actions/text.h"

#include <charconv>
#include <chrono>

namespace rung::actions {
namespace {

using Clock = std::chrono::steady_clock;

// An answer is waited for as long as the attempt lasts.
constexpr Duration kLong = std::chrono::hours(24);

std::string line_of(const char* text) {
  std::string line = text == nullptr ? "" : text;
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  for (char& c : line) c = c == '\n' ? ' ' : c;
  return as_utf8(line);
}

void say_nothing(void*, const char*) {}

class PostgresSession final : public SqlSession {
 public:
  PostgresSession(const PqLibrary& pq, PGconn* connection) : pq_(pq), connection_(connection) {}
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;
  ~PostgresSession() override { pq_.finish(connection_); }

  awaitable<SqlAnswer> connect(Clock::time_point end);
  awaitable<SqlAnswer> ask(std::string sql, std::vector<SqlText> params) override;

 private:
  bool send(const std::string& sql, const std::vector<SqlText>& params);
  awaitable<SqlAnswer> flush();
  awaitable<SqlAnswer> receive();
  SqlAnswer read(PGresult* result) const;
  SqlAnswer lost() const {
    return {SqlAnswer::How::lost, "", line_of(pq_.error_message(connection_))};
  }
  SqlAnswer not_connected() const;

  const PqLibrary pq_;
  PGconn* const connection_;
};

SqlAnswer was_ended() {
  return {SqlAnswer::How::ended, "", "it was asked to end before the server answered"};
}

// Of a connection that fails libpq tells the SQLSTATE in its text only, where it is asked to:
// `... FATAL:  28P01: password authentication failed\nLOCATION:  ...`.
SqlAnswer PostgresSession::not_connected() const {
  const std::string text = pq_.error_message(connection_);
  const auto severity = text.find(":  ");
  const std::size_t begin = severity == std::string::npos ? text.size() : severity + 3;
  const std::string state = text.substr(begin, 5);
  const bool is_told =
      state.size() == 5 && text.compare(begin + 5, 2, ": ") == 0 &&
      state.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
  if (!is_told) return lost();
  const std::string said = text.substr(0, begin) + text.substr(begin + 7);
  return {SqlAnswer::How::refused, state,
          line_of(said.substr(0, said.find("\nLOCATION:")).c_str())};
}

awaitable<SqlAnswer> PostgresSession::connect(Clock::time_point end) {
  pq_.set_notice_processor(connection_, say_nothing, nullptr);
  pq_.set_error_verbosity(connection_, PQERRORS_VERBOSE);
  if (pq_.status(connection_) == CONNECTION_BAD) co_return not_connected();
  for (auto wish = PGRES_POLLING_WRITING; wish != PGRES_POLLING_OK;
       wish = pq_.connect_poll(connection_)) {
    if (wish == PGRES_POLLING_FAILED) co_return not_connected();
    const SocketWish wait{wish == PGRES_POLLING_READING, wish == PGRES_POLLING_WRITING};
    const Duration left = end - Clock::now();
    const auto state = co_await wait_for_socket(pq_.socket(connection_), wait, left);
    if (state == SocketState::ended) co_return was_ended();
    if (state == SocketState::late)
      co_return SqlAnswer{SqlAnswer::How::lost, "", "no connection within the connect_timeout"};
  }
  pq_.set_nonblocking(connection_, 1);
  co_return SqlAnswer{};
}

bool PostgresSession::send(const std::string& sql, const std::vector<SqlText>& params) {
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const SqlText& param : params) values.push_back(param ? param->c_str() : nullptr);
  return pq_.send_query(connection_, sql.c_str(), static_cast<int>(values.size()), nullptr,
                        values.data(), nullptr, nullptr, 0) == 1;
}

// A server may want to be read from before it takes more.
awaitable<SqlAnswer> PostgresSession::flush() {
  for (int left = pq_.flush(connection_); left != 0; left = pq_.flush(connection_)) {
    if (left < 0) co_return lost();
    const auto state = co_await wait_for_socket(pq_.socket(connection_), {true, true}, kLong);
    if (state != SocketState::ready) co_return was_ended();
    if (pq_.consume_input(connection_) == 0) co_return lost();
  }
  co_return SqlAnswer{};
}

awaitable<SqlAnswer> PostgresSession::receive() {
  SqlAnswer answer;
  for (;;) {
    while (pq_.is_busy(connection_) != 0) {
      const auto state = co_await wait_for_socket(pq_.socket(connection_), {true, false}, kLong);
      if (state != SocketState::ready) co_return was_ended();
      if (pq_.consume_input(connection_) == 0) co_return lost();
    }
    PGresult* const result = pq_.get_result(connection_);
    if (result == nullptr) co_return answer;
    if (answer.is_done()) answer = read(result);
    pq_.clear(result);
    if (pq_.status(connection_) == CONNECTION_BAD) co_return lost();
  }
}

SqlAnswer PostgresSession::read(PGresult* result) const {
  SqlAnswer answer;
  const auto status = pq_.result_status(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    answer.how = SqlAnswer::How::refused;
    const char* state = pq_.error_field(result, PG_DIAG_SQLSTATE);
    const char* message = pq_.error_field(result, PG_DIAG_MESSAGE_PRIMARY);
    const char* detail = pq_.error_field(result, PG_DIAG_MESSAGE_DETAIL);
    answer.state = state == nullptr ? "" : state;
    answer.message = message == nullptr ? "the server answered something else" : line_of(message);
    if (detail != nullptr) answer.message += ": " + line_of(detail);
    return answer;
  }
  const std::string_view count = pq_.affected(result);
  std::from_chars(count.data(), count.data() + count.size(), answer.affected);
  for (int row = 0; row < pq_.rows(result); ++row) {
    auto& values = answer.rows.emplace_back();
    for (int column = 0; column < pq_.columns(result); ++column) {
      const bool is_null = pq_.is_null(result, row, column) != 0;
      values.push_back(is_null ? SqlText() : SqlText(pq_.value(result, row, column)));
    }
  }
  return answer;
}

awaitable<SqlAnswer> PostgresSession::ask(std::string sql, std::vector<SqlText> params) {
  if (!send(sql, params)) co_return lost();
  SqlAnswer sent = co_await flush();
  if (!sent.is_done()) co_return sent;
  SqlAnswer answer = co_await receive();
  // A session that the server ends says so, and the connection is gone then.
  const bool is_ended = answer.how == SqlAnswer::How::refused && answer.state.starts_with("57P");
  if (is_ended) answer.how = SqlAnswer::How::lost;
  co_return answer;
}

PGconn* start(const PqLibrary& pq, const PostgresPlace& place, const std::string& address,
              const std::string& name) {
  std::vector<const char*> keys;
  std::vector<const char*> values;
  const auto add = [&](const char* key, const std::string& value) {
    keys.push_back(key);
    values.push_back(value.c_str());
  };
  add("host", place.host);
  if (!address.empty()) add("hostaddr", address);
  add("port", place.port);
  add("application_name", name);
  const std::string encoding = "UTF8";
  add("client_encoding", encoding);
  for (const auto& [key, value] : place.parameters) add(key.c_str(), value);
  keys.push_back(nullptr);
  values.push_back(nullptr);
  return pq.connect_start(keys.data(), values.data(), 0);
}

}  // namespace

awaitable<SqlOpened> open_postgres(PostgresPlace place, std::string name) {
  auto pq = load_pq();
  if (!pq) co_return SqlOpened{nullptr, {SqlAnswer::How::refused, "", pq.error().message()}};
  const auto end = Clock::now() + place.connect_timeout;
  TcpAddresses found = co_await tcp_addresses(place.host, place.connect_timeout);
  SqlOpened opened{nullptr, std::move(found.problem)};
  for (const std::string& address : found.addresses) {
    PGconn* const connection = start(pq.value(), place, address, name);
    if (connection == nullptr)
      co_return SqlOpened{nullptr, {SqlAnswer::How::lost, "", "no memory for a connection"}};
    auto session = std::make_unique<PostgresSession>(pq.value(), connection);
    opened.answer = co_await session->connect(end);
    if (opened.answer.is_done()) {
      opened.session = std::move(session);
      break;
    }
    if (opened.answer.how == SqlAnswer::How::ended) break;
  }
  co_return opened;
}

}  // namespace rung::actions
