#include "engine/wake_times.h"

#include <algorithm>

namespace rung::engine {
namespace {

constexpr Duration kCalendarCheck = std::chrono::seconds(10);  // a step of the clock is seen within

Duration look_at(TimePoint utc, Instant now) {
  return now.boot + std::clamp(Duration(utc - now.utc), Duration::zero(), kCalendarCheck);
}

}  // namespace

void WakeTimes::set(RunId run, const NextDue& due, Instant now) {
  forget(run);
  std::optional<Duration> time;
  if (due.by_boot) time = due.by_boot->boot;
  if (due.by_utc) {
    const Duration look = look_at(due.by_utc->utc, now);
    time = std::min(time.value_or(look), look);
  }
  if (!time) return;
  times_.insert({*time, run});
  time_of_.emplace(run, *time);
}

void WakeTimes::forget(RunId run) {
  const auto found = time_of_.find(run);
  if (found == time_of_.end()) return;
  times_.erase({found->second, run});
  time_of_.erase(found);
}

std::vector<RunId> WakeTimes::due(Instant now) const {
  std::vector<RunId> runs;
  for (const auto& [time, run] : times_) {
    if (time > now.boot) break;
    runs.push_back(run);
  }
  return runs;
}

void WakeTimes::add_stored(TimePoint wake) {
  stored_ = std::min(stored_.value_or(wake), wake);
}

bool WakeTimes::take_stored(Instant now) {
  if (!stored_ || *stored_ > now.utc) return false;
  stored_.reset();
  return true;
}

std::optional<Instant> WakeTimes::next(Instant now) const {
  std::optional<Duration> boot;
  if (!times_.empty()) boot = times_.begin()->first;
  if (stored_) {
    const Duration look = look_at(*stored_, now);
    boot = std::min(boot.value_or(look), look);
  }
  if (!boot) return std::nullopt;
  return Instant{now.utc + (*boot - now.boot), *boot};
}

}  // namespace rung::engine
