#include "service/obstacles.h"

#include <algorithm>

namespace rung::service {
namespace {

constexpr std::size_t kMost = 5;

bool stands_against(const state::LockRow& other, const state::LockRow& mine) {
  const bool is_before = other.taken_at || other.run < mine.run;
  return other.name == mine.name && other.run != mine.run && is_before &&
         !(other.is_shared && mine.is_shared);
}

Result<Obstacle> obstacle_from(state::Reader& reader, const state::LockRow& row,
                               const IsDriven& is_driven) {
  Obstacle one;
  one.lock = row.name;
  one.is_shared = row.is_shared;
  one.run = row.run;
  one.holds = row.taken_at.has_value();
  one.since = row.taken_at.value_or(row.asked_at);
  TRY(const auto summary, reader.run(row.run));
  one.name = summary.runbook + "-" + std::to_string(row.run.number);
  one.who = summary.who;
  one.status = summary.status;
  one.reason = summary.reason;
  // A journal that this rung cannot read holds its locks all the same, and nobody drives it.
  const auto first = reader.events(row.run, Seq{0}, 1);
  if (first && !first.value().empty()) {
    const auto* created = std::get_if<state::RunCreated>(&first.value().front().event.payload);
    if (created != nullptr) one.say = created->say;
  }
  const auto claim = reader.last_claim(row.run);
  one.is_driven = claim && is_driven(claim.value());
  return one;
}

}  // namespace

Result<std::vector<Obstacle>> obstacles_of(state::Reader& reader, const engine::RunState& run,
                                           const IsDriven& is_driven) {
  std::vector<Obstacle> obstacles;
  if (!engine::awaits_locks(run)) return obstacles;
  TRY(std::vector<state::LockRow> rows, reader.locks());
  // Holders first: they are what it waits for.
  std::stable_partition(rows.begin(), rows.end(),
                        [](const state::LockRow& row) { return row.taken_at.has_value(); });
  const auto mine = state::rows_of(run.id, run.locks_asked_at, *run.locks);
  for (const state::LockRow& row : rows) {
    const auto is_against = [&](const state::LockRow& m) { return stands_against(row, m); };
    if (!std::any_of(mine.begin(), mine.end(), is_against)) continue;
    auto one = obstacle_from(reader, row, is_driven);
    if (!one) continue;  // it ended between the two looks
    // An engine passes over who waits and is not driven, or is paused.
    const bool is_passed = !one.value().holds && (!one.value().is_driven ||
                                                  one.value().status == state::RunStatus::paused);
    if (!is_passed) obstacles.push_back(std::move(one).value());
    if (obstacles.size() == kMost) break;
  }
  return obstacles;
}

}  // namespace rung::service
