#include "engine/lock_table.h"

#include <algorithm>
#include <utility>

namespace rung::engine {

LockTable::LockTable(const std::vector<state::LockRow>& rows) {
  std::map<LockHolder, std::vector<state::LockRow>> all;
  for (const state::LockRow& row : rows) all[{row.run, row.step}].push_back(row);
  std::vector<std::pair<LockHolder, std::vector<state::LockRow>>> in_order(all.begin(), all.end());
  std::stable_sort(in_order.begin(), in_order.end(), [](const auto& a, const auto& b) {
    return a.second.front().asked_at < b.second.front().asked_at;
  });
  for (auto& [holder, locks] : in_order) {
    const bool is_held = locks.front().taken_at.has_value();
    ask(holder, std::move(locks));
    if (is_held) take(holder);
  }
}

std::optional<RunId> LockTable::user_of(const std::string& name) const {
  std::optional<RunId> user;
  for (const auto& [turn, claim] : claims_) {
    const auto is_it = [&](const state::LockRow& lock) { return lock.name == name; };
    if (std::none_of(claim.locks.begin(), claim.locks.end(), is_it)) continue;
    if (claim.is_held) return claim.holder.run;
    if (!user) user = claim.holder.run;
  }
  return user;
}

bool LockTable::note_decided(RunId run, const std::vector<state::Event>& events) {
  bool somebody_asks = false;
  for (const state::Event& event : events) {
    const auto* asked = std::get_if<state::LocksAsked>(&event.payload);
    if (asked == nullptr) continue;
    ask({run, event.step}, state::rows_of(run, event.at, *asked, event.step));
    somebody_asks = true;
  }
  return somebody_asks;
}

bool LockTable::note_on_disk(RunId run, const std::vector<state::Event>& events) {
  bool is_free = false;
  for (const state::Event& event : events) {
    if (std::holds_alternative<state::LocksFreed>(event.payload)) free({run, event.step});
    if (std::holds_alternative<state::RunFinished>(event.payload)) free(run);
    is_free = is_free || std::holds_alternative<state::LocksFreed>(event.payload) ||
              std::holds_alternative<state::RunFinished>(event.payload);
  }
  return is_free;
}

void LockTable::ask(LockHolder holder, std::vector<state::LockRow> locks) {
  const Turn turn = ++last_;
  if (holder.step.empty()) waiting_runs_ += 1;
  waiting_.emplace(turn, holder);
  by_holder_[holder].push_back(turn);
  claims_.emplace(turn, Claim{std::move(holder), std::move(locks)});
}

void LockTable::take(const LockHolder& holder) {
  const auto turns = by_holder_.find(holder);
  if (turns == by_holder_.end()) return;
  const Turn turn = turns->second.back();
  Claim& claim = claims_.at(turn);
  if (std::exchange(claim.is_held, true)) return;
  waiting_.erase(turn);
  if (holder.step.empty()) waiting_runs_ -= 1;
  add(held_, claim.locks);
}

void LockTable::drop(Turn turn) {
  const auto claim = claims_.extract(turn);
  if (claim.mapped().is_held)
    remove(held_, claim.mapped().locks);
  else if (waiting_.erase(turn) > 0 && claim.mapped().holder.step.empty())
    waiting_runs_ -= 1;
}

void LockTable::free(RunId run) {
  auto turns = by_holder_.lower_bound({run, ""});
  while (turns != by_holder_.end() && turns->first.run == run) {
    for (const Turn turn : turns->second) drop(turn);
    turns = by_holder_.erase(turns);
  }
}

void LockTable::free(const LockHolder& holder) {
  const auto turns = by_holder_.find(holder);
  if (turns == by_holder_.end()) return;
  drop(turns->second.front());
  turns->second.erase(turns->second.begin());
  if (turns->second.empty()) by_holder_.erase(turns);
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

void LockTable::remove(Uses& uses, const std::vector<state::LockRow>& locks) {
  for (const state::LockRow& lock : locks) {
    const auto use = uses.find(lock.name);
    if (lock.is_shared)
      use->second.shared -= 1;
    else
      use->second.is_exclusive = false;
    if (use->second.shared == 0 && !use->second.is_exclusive) uses.erase(use);
  }
}

// Nobody who asked before stands against it who may.
bool LockTable::fits(const Wishes& wishes, const std::vector<state::LockRow>& locks) {
  const std::string& first = locks.front().name;
  return std::all_of(locks.begin(), locks.end(), [&](const state::LockRow& lock) {
    const auto wish = wishes.find(lock.name);
    if (wish == wishes.end()) return true;
    return wish->second.exclusive < first && (lock.is_shared || wish->second.shared < first);
  });
}

void LockTable::add(Wishes& wishes, const std::vector<state::LockRow>& locks) {
  const std::string& first = locks.front().name;
  for (const state::LockRow& lock : locks) {
    Wish& wish = wishes[lock.name];
    std::string& greatest = lock.is_shared ? wish.shared : wish.exclusive;
    greatest = std::max(greatest, first);
  }
}

// Its run holds locks around it.
bool LockTable::is_inside(const LockHolder& holder) const {
  for (auto one = by_holder_.lower_bound({holder.run, ""});
       one != by_holder_.end() && one->first.run == holder.run; ++one) {
    const bool is_around = state::is_within(holder.step, one->first.step);
    if (is_around && claims_.at(one->second.back()).is_held) return true;
  }
  return false;
}

std::vector<LockHolder> LockTable::next(
    const std::function<bool(const LockHolder&)>& may_take) const {
  std::vector<LockHolder> able;
  if (waiting_.empty()) return able;
  Uses uses = held_;
  Uses wanted;    // by those before who can have them now, or wait
  Wishes wishes;  // of those among them who hold locks around
  const auto grant = [&](const LockHolder& holder, const Claim& claim, bool is_able) {
    if (is_able) {
      able.push_back(holder);
      add(uses, claim.locks);
    }
    add(wanted, claim.locks);
  };
  for (const bool inside : {true, false}) {
    for (const auto& [turn, holder] : waiting_) {
      if (is_inside(holder) != inside || !may_take(holder)) continue;
      const Claim& claim = claims_.at(turn);
      if (inside) {
        grant(holder, claim, fits(uses, claim.locks) && fits(wishes, claim.locks));
        add(wishes, claim.locks);
      } else {
        grant(holder, claim, fits(uses, claim.locks) && fits(wanted, claim.locks));
      }
    }
  }
  return able;
}

}  // namespace rung::engine
