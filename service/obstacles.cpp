#include "service/obstacles.h"

#include <algorithm>
#include <tuple>

namespace rung::service {
namespace {

constexpr std::size_t kMost = 5;

// Whose run holds locks around it.
bool is_inside(const state::LockRow& row, const std::vector<state::LockRow>& all) {
  return std::any_of(all.begin(), all.end(), [&](const state::LockRow& outer) {
    return outer.run == row.run && outer.taken_at && state::is_within(row.step, outer.step);
  });
}

// As an engine's table of locks orders those who wait, but for names that a group may not wait for.
bool is_before(const state::LockRow& other, const state::LockRow& mine,
               const std::vector<state::LockRow>& all) {
  if (other.taken_at) return true;
  if (is_inside(other, all) != is_inside(mine, all)) return is_inside(other, all);
  return std::tie(other.asked_at, other.run, other.step) <
         std::tie(mine.asked_at, mine.run, mine.step);
}

bool stands_against(const state::LockRow& other, const state::LockRow& mine,
                    const std::vector<state::LockRow>& all) {
  const bool is_itself = other.run == mine.run && other.step == mine.step;
  return other.name == mine.name && !is_itself && !(other.is_shared && mine.is_shared) &&
         is_before(other, mine, all);
}

Result<Obstacle> obstacle_from(state::Reader& reader, const state::LockRow& row,
                               const IsDriven& is_driven) {
  Obstacle one;
  one.step = row.step;
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
  if (!engine::awaits_locks(run) && !engine::awaits_group_locks(run)) return obstacles;
  TRY(std::vector<state::LockRow> rows, reader.locks());
  // Holders first: they are what it waits for.
  std::stable_partition(rows.begin(), rows.end(),
                        [](const state::LockRow& row) { return row.taken_at.has_value(); });
  for (const state::LockRow& row : rows) {
    const auto is_against = [&](const state::LockRow& mine) {
      return mine.run == run.id && !mine.taken_at && stands_against(row, mine, rows);
    };
    const auto mine = std::find_if(rows.begin(), rows.end(), is_against);
    if (mine == rows.end()) continue;
    auto one = obstacle_from(reader, row, is_driven);
    if (!one) continue;  // it ended between the two looks
    one.value().group = mine->step;
    // An engine passes over who waits and is not driven, or is paused.
    const bool is_passed = !one.value().holds && (!one.value().is_driven ||
                                                  one.value().status == state::RunStatus::paused);
    if (!is_passed) obstacles.push_back(std::move(one).value());
    if (obstacles.size() == kMost) break;
  }
  return obstacles;
}

}  // namespace rung::service
