#include "state/lock.h"

#include <map>

namespace rung::state {

std::vector<LockRow> rows_of(RunId run, TimePoint at, const LocksAsked& asked) {
  std::map<std::string, bool> is_shared;
  for (const std::string& name : asked.shared) is_shared.emplace(name, true);
  for (const std::string& name : asked.exclusive) is_shared.insert_or_assign(name, false);
  if (!asked.key.empty()) is_shared.insert_or_assign(kKeyPrefix + asked.key, false);
  std::vector<LockRow> rows;
  for (const auto& [name, shared] : is_shared) rows.push_back({run, name, shared, at, {}});
  return rows;
}

void follow(std::vector<LockRow>& rows, RunId run, const Event& event) {
  if (const auto* asked = std::get_if<LocksAsked>(&event.payload))
    rows = rows_of(run, event.at, *asked);
  if (std::holds_alternative<LocksTaken>(event.payload)) {
    for (LockRow& row : rows) row.taken_at = event.at;
  }
  if (std::holds_alternative<RunFinished>(event.payload)) rows.clear();
}

}  // namespace rung::state
