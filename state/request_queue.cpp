#include "state/request_queue.h"

#include <algorithm>
#include <iterator>
#include <thread>

namespace rung::state {

void RequestQueue::add(Request request, Barrier barrier) {
  std::unique_lock lock(mutex_);
  has_room_.wait(lock, [this] { return waiting_.size() < kLimit; });
  if (waiting_.empty()) oldest_lazy_ = std::chrono::steady_clock::now();
  waiting_.push_back(std::move(request));
  const bool was_urgent = urgent_ > 0;
  if (barrier == Barrier::barrier) {
    urgent_ = waiting_.size();
    is_urgent_.store(true, std::memory_order_relaxed);
  }
  lock.unlock();
  // The writer is awake already while it has something urgent to take.
  if (!was_urgent) changed_.notify_one();
}

void RequestQueue::linger() const {
  const Time end = std::chrono::steady_clock::now() + kLinger;
  while (!is_urgent_.load(std::memory_order_relaxed) && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
}

bool RequestQueue::is_ripe(Time now) const {
  return is_closed_ || urgent_ > 0 || (!waiting_.empty() && now >= oldest_lazy_ + kLazy);
}

std::vector<Request> RequestQueue::take(Time until) {
  linger();
  std::unique_lock lock(mutex_);
  for (Time now = std::chrono::steady_clock::now(); !is_ripe(now) && now < until;
       now = std::chrono::steady_clock::now()) {
    changed_.wait_until(lock, waiting_.empty() ? until : std::min(until, oldest_lazy_ + kLazy));
  }
  if (!is_ripe(std::chrono::steady_clock::now())) return {};
  const std::size_t count = std::min(waiting_.size(), kBatchLimit);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<Request> taken(std::move_iterator(waiting_.begin()), std::move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  urgent_ -= std::min(urgent_, count);
  is_urgent_.store(urgent_ > 0, std::memory_order_relaxed);
  has_room_.notify_one();
  return taken;
}

void RequestQueue::rest(Time until) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, until, [this] { return is_closed_; });
}

void RequestQueue::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  changed_.notify_one();
}

bool RequestQueue::is_closed() const {
  const std::lock_guard lock(mutex_);
  return is_closed_;
}

}  // namespace rung::state
