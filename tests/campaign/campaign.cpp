#include "tests/campaign/campaign.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

namespace rung::campaign {
namespace {

constexpr int kTries = 5;  // of an id that was not reached: a batch may have been cut elsewhere

std::vector<std::string> each_once(const std::vector<std::string>& reached) {
  std::vector<std::string> ids;
  std::set<std::string> known;
  for (const auto& id : reached) {
    if (known.insert(id).second) ids.push_back(id);
  }
  return ids;
}

// Without the pages in the middle of a batch: in the log of SQLite they count for nothing until the
// last one is there, so that a kill between them leaves what a kill before the first leaves.
std::vector<std::string> without_middles(const std::vector<std::string>& ids) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto place = [&](std::size_t at) { return ids[at].substr(0, ids[at].rfind('#')); };
    const bool is_page = ids[i].starts_with("store.write/");
    const bool is_middle = is_page && i > 0 && i + 1 < ids.size() && place(i - 1) == place(i) &&
                           place(i + 1) == place(i);
    if (!is_middle) kept.push_back(ids[i]);
  }
  return kept;
}

// Brings the scene to its end and says what is wrong with it.
void expect_good_end(Scene& scene, const Ending& expected, const std::string& where) {
  auto wrong = scene.finish();
  if (!wrong) wrong = scene.complaint(expected);
  if (wrong) ADD_FAILURE() << where << ": " << *wrong;
}

bool has_killed(const Shift& shift, const std::string& id) {
  if (!shift.has_reached(id)) return false;
  return shift.engine.is_killed || shift.was_client_killed || is_of_supervisor(id);
}

void count(Tally& tally, const Shift& shift, const std::string& id) {
  tally.killed += 1;
  if (is_of_supervisor(id)) {
    tally.supervisors += 1;
  } else if (shift.was_client_killed) {
    tally.clients += 1;
  } else {
    tally.engines += 1;
  }
}

}  // namespace

bool is_of_supervisor(const std::string& id) {
  if (id.starts_with("step.")) return true;
  // Its files: the scope ADDRESS.ATTEMPT stands before their name.
  const auto name = id.rfind('/');
  if (name == std::string::npos || !id.starts_with("file.")) return false;
  const auto scope = id.substr(0, name);
  const auto dot = scope.rfind('.');
  return dot > 4 && dot + 1 < scope.size() &&
         scope.find_first_not_of("0123456789", dot + 1) == std::string::npos;
}

Reference record(const Scenario& scenario) {
  Scene scene(scenario);
  const Shift shift = scene.work({});
  Reference reference{each_once(shift.reached), scene.ending()};
  if (const auto wrong = scene.complaint(reference.ending)) ADD_FAILURE() << *wrong;
  return reference;
}

void on_all_cores(std::size_t count, const std::function<void(std::size_t)>& work) {
  // Most of a run is waiting for timers and processes: twice as many as there are cores.
  const std::size_t workers = std::max(2U, std::thread::hardware_concurrency()) * 2;
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::min(workers, count); ++i) {
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < count; at = next++) work(at);
    });
  }
  for (auto& thread : threads) thread.join();
}

Tally kill_at_each(const Scenario& scenario, Shard shard) {
  const Reference reference = record(scenario);
  Tally tally;
  std::mutex mutex;
  on_all_cores(reference.ids.size(), [&](std::size_t i) {
    if (!shard.holds(i)) return;
    const std::string& id = reference.ids[i];
    bool is_killed = false;
    for (int attempt = 0; attempt < kTries && !is_killed; ++attempt) {
      Scene scene(scenario);
      const Shift shift = scene.work({id + "=kill"});
      is_killed = has_killed(shift, id);
      expect_good_end(scene, reference.ending, "after a kill at " + id);
      const std::lock_guard lock(mutex);
      if (is_killed) count(tally, shift, id);
    }
    const std::lock_guard lock(mutex);
    tally.ids += 1;
    if (!is_killed) tally.missed += 1;
    EXPECT_TRUE(is_killed) << id << " was not reached";
  });
  return tally;
}

Tally kill_both_at_each(const Scenario& scenario, Shard shard) {
  const Reference reference = record(scenario);
  Tally tally;
  std::mutex mutex;
  on_all_cores(reference.ids.size(), [&](std::size_t i) {
    const std::string& id = reference.ids[i];
    if (!shard.holds(i) || !is_of_supervisor(id)) return;
    Scene scene(scenario);
    const Shift shift = scene.work({id + "=stop", true});
    expect_good_end(scene, reference.ending, "after a kill of both at " + id);
    const std::lock_guard lock(mutex);
    tally.ids += 1;
    tally.killed += shift.was_stopped ? 1 : 0;
    tally.missed += shift.was_stopped ? 0 : 1;
    EXPECT_TRUE(shift.was_stopped) << id << " was not reached";
  });
  return tally;
}

namespace {

// What a kill left, and what the recovery from it reached.
struct Recovery {
  std::string state;
  std::vector<std::string> ids;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Where two kills left the same, the second kills are made after the first of them only.
Pairs pairs_of(const Reference& reference, const std::vector<Recovery>& recoveries, Tally& tally) {
  Pairs pairs;
  std::set<std::string> known;
  for (std::size_t i = 0; i < recoveries.size(); ++i) {
    if (!known.insert(recoveries[i].state).second) continue;
    for (auto& second : without_middles(recoveries[i].ids))
      pairs.emplace_back(reference.ids[i], std::move(second));
  }
  tally.states = known.size();
  return pairs;
}

}  // namespace

Tally kill_pairs(const Scenario& scenario, Shard shard) {
  const Reference reference = record(scenario);
  Tally tally;
  std::mutex mutex;
  std::vector<Recovery> recoveries(reference.ids.size());
  on_all_cores(reference.ids.size(), [&](std::size_t i) {
    const std::string& id = reference.ids[i];
    Scene scene(scenario);
    const Shift crash = scene.work({id + "=kill"});
    Recovery& left = recoveries[i];
    left.state = scene.journal();
    left.ids = each_once(scene.work({}).reached);
    for (const auto& reached : left.ids) left.state += reached + "\n";
    expect_good_end(scene, reference.ending, "after a kill at " + id);
    const std::lock_guard lock(mutex);
    tally.ids += 1;
    const bool is_killed = has_killed(crash, id);
    if (is_killed) count(tally, crash, id);
    tally.missed += is_killed ? 0 : 1;
  });
  const auto pairs = pairs_of(reference, recoveries, tally);
  on_all_cores(pairs.size(), [&](std::size_t i) {
    if (!shard.holds(i)) return;
    const auto& [first, second] = pairs[i];
    bool is_killed = false;
    for (int attempt = 0; attempt < kTries && !is_killed; ++attempt) {
      Scene scene(scenario);
      scene.work({first + "=kill"});
      is_killed = has_killed(scene.work({second + "=kill"}), second);
      expect_good_end(scene, reference.ending, "after kills at " + first + " and " + second);
    }
    const std::lock_guard lock(mutex);
    tally.pairs += 1;
    tally.missed += is_killed ? 0 : 1;
    EXPECT_TRUE(is_killed) << second << " was not reached by the recovery after " << first;
  });
  return tally;
}

}  // namespace rung::campaign
