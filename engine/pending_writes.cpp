#include "engine/pending_writes.h"

#include "base/ensure.h"

#include <algorithm>
#include <iterator>

namespace rung::engine {

void PendingWrite::add(Decision decision) {
  std::move(decision.events.begin(), decision.events.end(), std::back_inserter(write->events));
  effects.insert(effects.end(), decision.effects.begin(), decision.effects.end());
}

std::vector<std::shared_ptr<const state::RunWrite>> PendingWrites::send() {
  const auto is_sent = [](const PendingWrite& pending) { return pending.is_sent; };
  auto next = std::find_if_not(writes_.begin(), writes_.end(), is_sent);
  const bool is_gap = std::any_of(next, writes_.end(), is_sent);
  std::vector<std::shared_ptr<const state::RunWrite>> unsent;
  if (is_gap) return unsent;
  for (; next != writes_.end(); ++next) {
    next->is_sent = true;
    unsent.push_back(next->write);
  }
  return unsent;
}

PendingWrites::Fate PendingWrites::answered(state::Committed committed) {
  const auto sent = std::find_if(writes_.begin(), writes_.end(),
                                 [](const PendingWrite& pending) { return pending.is_sent; });
  ENSURE(sent != writes_.end(), "the store answers each write once");
  sent->is_sent = false;
  const bool is_behind = sent != writes_.begin();
  switch (committed) {
    case state::Committed::committed:
      ENSURE(!is_behind, "the store commits a run's writes in order");
      return Fate::on_disk;
    case state::Committed::fenced: return Fate::fenced;
    // What was sent behind a write that the store turned away does not fit without it.
    case state::Committed::conflict: return is_behind ? Fate::again : Fate::refused;
    case state::Committed::store_down: break;
  }
  return Fate::again;
}

PendingWrite PendingWrites::take_oldest() {
  PendingWrite oldest = std::move(writes_.front());
  writes_.pop_front();
  return oldest;
}

}  // namespace rung::engine
