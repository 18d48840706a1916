#include "engine/lock_table.h"

#include <algorithm>
#include <utility>

namespace rung::engine {

LockTable::LockTable(const std::vector<state::LockRow>& rows) {
  for (const state::LockRow& row : rows)
    (row.taken_at ? holding_ : waiting_)[row.run].push_back(row);
  for (const auto& [run, locks] : holding_) add(held_, locks);
}

std::optional<RunId> LockTable::user_of(const std::string& name) const {
  for (const auto* runs : {&holding_, &waiting_}) {
    for (const auto& [run, locks] : *runs) {
      const auto is_it = [&](const state::LockRow& lock) { return lock.name == name; };
      if (std::any_of(locks.begin(), locks.end(), is_it)) return run;
    }
  }
  return std::nullopt;
}

void LockTable::ask(RunId run, std::vector<state::LockRow> locks) {
  waiting_.insert_or_assign(run, std::move(locks));
}

void LockTable::take(RunId run) {
  auto locks = waiting_.extract(run);
  if (locks.empty()) return;
  add(held_, locks.mapped());
  holding_.insert(std::move(locks));
}

void LockTable::free(RunId run) {
  waiting_.erase(run);
  const auto locks = holding_.extract(run);
  if (locks.empty()) return;
  for (const state::LockRow& lock : locks.mapped()) {
    const auto use = held_.find(lock.name);
    if (lock.is_shared)
      use->second.shared -= 1;
    else
      use->second.is_exclusive = false;
    if (use->second.shared == 0 && !use->second.is_exclusive) held_.erase(use);
  }
}

bool LockTable::fits(const Uses& uses, const std::vector<state::LockRow>& locks) {
  return std::all_of(locks.begin(), locks.end(), [&](const state::LockRow& lock) {
    const auto use = uses.find(lock.name);
    if (use == uses.end()) return true;
    return lock.is_shared && !use->second.is_exclusive;
  });
}

void LockTable::add(Uses& uses, const std::vector<state::LockRow>& locks) {
  for (const state::LockRow& lock : locks) {
    Use& use = uses[lock.name];
    if (lock.is_shared)
      use.shared += 1;
    else
      use.is_exclusive = true;
  }
}

std::vector<RunId> LockTable::next(const std::function<bool(RunId)>& may_take) const {
  std::vector<RunId> able;
  if (waiting_.empty()) return able;
  Uses uses = held_;
  for (const auto& [run, locks] : waiting_) {
    if (!may_take(run)) continue;
    if (fits(uses, locks)) able.push_back(run);
    // Who cannot have them yet stands before those that come after.
    add(uses, locks);
  }
  return able;
}

}  // namespace rung::engine
