#pragma once

#include "base/async.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rung::actions {

// A value as it goes over the wire, as text; nothing is NULL.
using SqlText = std::optional<std::string>;

// How one statement ended.
struct SqlAnswer {
  enum class How : std::uint8_t {
    done,
    refused,  // the server said no: `state` and `message`
    lost,     // the connection ended: whether it was carried out is open
    ended     // the coroutine was asked to end: open as well
  };
  How how = How::done;
  std::string state{};    // SQLSTATE, or "" where there is none
  std::string message{};  // one line
  std::vector<std::vector<SqlText>> rows{};
  std::int64_t affected = 0;  // rows that were changed or given

  bool is_done() const { return how == How::done; }
  bool is_open() const { return how == How::lost || how == How::ended; }
  // The first value of the first row; nothing where there is none.
  SqlText first() const {
    return rows.empty() || rows.front().empty() ? SqlText() : rows.front().front();
  }
};

// One session with a database server. Closed, and with it whatever it had not finished, when it is
// destroyed. Used by one coroutine, on the loop.
class SqlSession {
 public:
  virtual ~SqlSession() = default;
  // One statement, with values for its placeholders in order.
  virtual awaitable<SqlAnswer> ask(std::string sql, std::vector<SqlText> params) = 0;
};

// A session, or why there is none: then nothing was sent but the greeting.
struct SqlOpened {
  std::unique_ptr<SqlSession> session;
  SqlAnswer answer;
};

}  // namespace rung::actions
