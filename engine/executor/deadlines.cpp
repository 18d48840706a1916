#include "engine/executor/deadlines.h"

#include <algorithm>

namespace rung::engine {
namespace {

// CLOCK_BOOTTIME goes on while the machine sleeps, the loop's timers do not.
constexpr Duration kLongestSleep = std::chrono::seconds(10);

}  // namespace

void Deadlines::set(Flight& flight, std::optional<Duration> due) {
  if (flight.due) due_.erase({*flight.due, &flight});
  flight.due = due;
  if (!due) return;
  due_.insert({*due, &flight});
  arm();
}

void Deadlines::arm() {
  if (due_.empty() || (armed_for_ && *armed_for_ <= due_.begin()->first)) return;
  const auto now = clock_.now().boot;
  armed_for_ = std::min(due_.begin()->first, now + kLongestSleep);
  timer_.expires_after(std::max(*armed_for_ - now, Duration::zero()));
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) wake();
  });
}

void Deadlines::wake() {
  armed_for_.reset();
  const auto now = clock_.now().boot;
  while (!due_.empty() && due_.begin()->first <= now) passed_(*due_.begin()->second);
  arm();
}

}  // namespace rung::engine
