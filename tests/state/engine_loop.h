#pragma once

#include "base/ensure.h"
#include "state/store.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

namespace rung::state {

// The engine thread of a test: the thread of the test itself, while it waits for something.
class EngineLoop {
 public:
  Post post() {
    return [this](std::function<void()> task) {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      changed_.notify_one();
    };
  }

  // Runs tasks until `is_done`; false where that takes longer than a minute.
  bool run_until(const std::function<bool()>& is_done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!is_done()) {
      std::optional<std::function<void()>> task = take(deadline);
      if (!task) return false;
      (*task)();
    }
    return true;
  }

  // Runs what is there already.
  void run_ready() {
    for (;;) {
      const auto task = take(std::chrono::steady_clock::now());
      if (!task) return;
      (*task)();
    }
  }

  // Forgets what waits, like a process that died.
  void drop_all() {
    const std::lock_guard lock(mutex_);
    tasks_.clear();
  }

 private:
  std::optional<std::function<void()>> take(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_until(lock, deadline, [this] { return !tasks_.empty(); })) return {};
    std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    return task;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
};

// Asks the store and waits: `answer_of<Result<Journal>>(loop, [&](auto done) { s.load(run, done);
// })`.
template <class T>
T answer_of(EngineLoop& loop, const std::function<void(std::function<void(T)>)>& ask) {
  std::optional<T> answer;
  ask([&answer](T given) { answer.emplace(std::move(given)); });
  ENSURE(loop.run_until([&] { return answer.has_value(); }), "a store answers within a minute");
  return std::move(*answer);
}

inline Committed submit_and_wait(EngineLoop& loop, Store& store, RunWrite write) {
  return answer_of<Committed>(
      loop, [&](Completion done) { store.submit(std::move(write), std::move(done)); });
}
inline Result<Claimed> claim_and_wait(EngineLoop& loop, Store& store) {
  return answer_of<Result<Claimed>>(
      loop, [&](std::function<void(Result<Claimed>)> done) { store.claim(std::move(done)); });
}
inline Result<Journal> load_and_wait(EngineLoop& loop, Store& store, RunId run) {
  return answer_of<Result<Journal>>(
      loop, [&](std::function<void(Result<Journal>)> done) { store.load(run, std::move(done)); });
}

}  // namespace rung::state
