#include "engine/core/agenda.h"

#include <algorithm>

namespace rung::engine {

bool is_due(const Due& due, Instant now) {
  return due.boot > Duration::zero() ? due.boot <= now.boot : due.utc <= now.utc;
}

bool NextDue::is_due(Instant now) const {
  return (by_boot && engine::is_due(*by_boot, now)) || (by_utc && engine::is_due(*by_utc, now));
}

TimePoint NextDue::utc() const {
  if (!by_boot) return by_utc->utc;
  return by_utc ? std::min(by_boot->utc, by_utc->utc) : by_boot->utc;
}

NextDue earlier(const NextDue& a, const NextDue& b) {
  NextDue both = a;
  if (b.by_boot && (!both.by_boot || b.by_boot->boot < both.by_boot->boot))
    both.by_boot = b.by_boot;
  if (b.by_utc && (!both.by_utc || b.by_utc->utc < both.by_utc->utc)) both.by_utc = b.by_utc;
  return both;
}

void Agenda::add(NodeIndex step, const Due& due) {
  if (due.boot > Duration::zero()) {
    by_boot_.emplace(std::pair(due.boot, step), due.utc);
  } else {
    by_utc_.emplace(due.utc, step);
  }
}

void Agenda::remove(NodeIndex step, const Due& due) {
  if (due.boot > Duration::zero()) {
    by_boot_.erase({due.boot, step});
  } else {
    by_utc_.erase({due.utc, step});
  }
}

NextDue Agenda::next() const {
  NextDue next;
  if (!by_boot_.empty())
    next.by_boot = Due{by_boot_.begin()->second, by_boot_.begin()->first.first};
  if (!by_utc_.empty()) next.by_utc = Due{by_utc_.begin()->first, Duration{}};
  return next;
}

void Agenda::collect(Instant now, std::set<NodeIndex>& into) const {
  for (const auto& [entry, utc] : by_boot_) {
    if (entry.first > now.boot) break;
    into.insert(entry.second);
  }
  for (const auto& [utc, step] : by_utc_) {
    if (utc > now.utc) break;
    into.insert(step);
  }
}

}  // namespace rung::engine
