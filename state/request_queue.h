#pragma once

#include "state/store.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

namespace rung::state {

class StoreConnection;

struct WriteRequest {
  std::shared_ptr<const RunWrite> write;
  Completion done;
};
struct AnswerRequest {
  CommandResult result;
  Completion done;
};
// Looks into the store (or, for a claim, changes it by itself) and returns what is to be called on
// the engine thread. The error instead of a connection: the store is not there.
struct Question {
  bool is_claim = false;
  std::function<std::function<void()>(Result<StoreConnection*>)> look;
};
using Request = std::variant<WriteRequest, AnswerRequest, Question>;

// From the engine thread to the writer thread, in order. Holds at most kLimit: who adds more waits.
class RequestQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kLimit = 100'000;
  static constexpr std::size_t kBatchLimit = 8'192;
  static constexpr std::chrono::milliseconds kLazy{50};
  // The next write of a run follows the commit of the one before within microseconds; to wake a
  // thread takes longer.
  static constexpr std::chrono::microseconds kLinger{200};

  void add(Request request, Barrier barrier);
  // What waits, at most kBatchLimit, as soon as something is urgent or has waited kLazy; nothing
  // where none of that happens until `until`.
  std::vector<Request> take(Time until);
  // Waits until `until`, or for the end.
  void rest(Time until);
  void close();
  bool is_closed() const;

 private:
  bool is_ripe(Time now) const;
  void linger() const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable has_room_;
  std::deque<Request> waiting_;
  std::size_t urgent_ = 0;              // position after the last urgent one
  std::atomic<bool> is_urgent_{false};  // the same, for a look without the lock
  Time oldest_lazy_{};
  bool is_closed_ = false;
};

}  // namespace rung::state
