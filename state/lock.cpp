#include "state/lock.h"

#include <map>

namespace rung::state {

std::vector<LockRow> rows_of(RunId run, TimePoint at, const LocksAsked& asked,
                             const std::string& step) {
  std::map<std::string, bool> is_shared;
  for (const std::string& name : asked.shared) is_shared.emplace(name, true);
  for (const std::string& name : asked.exclusive) is_shared.insert_or_assign(name, false);
  if (!asked.key.empty()) is_shared.insert_or_assign(kKeyPrefix + asked.key, false);
  std::vector<LockRow> rows;
  for (const auto& [name, shared] : is_shared) rows.push_back({run, name, shared, at, {}, step});
  return rows;
}

void follow(std::vector<LockRow>& rows, RunId run, const Event& event) {
  if (const auto* asked = std::get_if<LocksAsked>(&event.payload)) {
    for (LockRow& row : rows_of(run, event.at, *asked, event.step)) rows.push_back(std::move(row));
  }
  if (std::holds_alternative<LocksTaken>(event.payload)) {
    for (LockRow& row : rows) {
      if (row.step == event.step) row.taken_at = event.at;
    }
  }
  if (std::holds_alternative<LocksFreed>(event.payload))
    std::erase_if(rows, [&](const LockRow& row) { return row.step == event.step; });
  if (std::holds_alternative<RunFinished>(event.payload)) rows.clear();
}

bool is_within(std::string_view inner, std::string_view outer) {
  if (inner.empty() || inner == outer) return false;
  return outer.empty() || (inner.starts_with(outer) && inner[outer.size()] == '/');
}

}  // namespace rung::state
