#include "tests/campaign/campaign.h"

#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <random>

namespace rung::campaign {
namespace {

constexpr std::size_t kRuns = 100;
constexpr std::size_t kKills = 3;  // of each run

// Not at failpoints: at any instant. The seed of a run is its number.
TEST(RandomKills, NoEffectHappensTwice) {
  const Reference reference = record(forward());
  std::atomic<std::size_t> wrong_runs{0};
  std::atomic<std::int64_t> doubts{0};
  std::atomic<std::int64_t> repeated{0};
  on_all_cores(kRuns, [&](std::size_t run) {
    std::mt19937 random(static_cast<std::uint32_t>(run));
    std::uniform_int_distribution<int> time(0, 600'000);
    Scene scene(forward());
    for (std::size_t kill = 0; kill < kKills; ++kill)
      scene.work_for(std::chrono::microseconds(time(random)), random() % 3 == 0);
    auto wrong = scene.finish();
    if (!wrong) wrong = scene.complaint(reference.ending);
    doubts += scene.doubts();
    repeated += scene.repeated();
    if (!wrong) return;
    wrong_runs += 1;
    ADD_FAILURE() << "run " << run << ": " << *wrong;
  });
  std::cout << "random kills: " << kRuns << " runs, " << kRuns * kKills << " kills, effects twice "
            << wrong_runs << ", asked a person " << doubts << " times, tried again " << repeated
            << " times" << std::endl;
}

}  // namespace
}  // namespace rung::campaign
