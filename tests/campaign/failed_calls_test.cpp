#include "tests/campaign/campaign.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <mutex>
#include <set>

namespace rung::campaign {
namespace {

constexpr int kStoreUnavailable = 13;

// The sites at which a system call can fail, of an uninterrupted run.
std::vector<std::string> calls(const Reference& reference) {
  std::vector<std::string> ids;
  const auto can_fail = [](const std::string& id) {
    return id.starts_with("file.") || id.starts_with("store.");
  };
  std::copy_if(reference.ids.begin(), reference.ids.end(), std::back_inserter(ids), can_fail);
  return ids;
}

// The engine goes on, stops where a person is needed, or says that it cannot use its store.
bool is_documented(const End& engine) {
  return engine.code == 0 || engine.code == 1 || engine.code == kStoreUnavailable;
}

class FailedCalls : public testing::TestWithParam<std::string> {};

TEST_P(FailedCalls, LoseNothing) {
  const Reference reference = record(brief());
  const auto ids = calls(reference);
  std::atomic<std::size_t> failed{0};
  std::atomic<std::size_t> unavailable{0};
  on_all_cores(ids.size(), [&](std::size_t i) {
    const std::string rule = ids[i] + "=" + GetParam();
    Scene scene(brief());
    const Shift shift = scene.work({rule});
    failed += shift.has_reached(ids[i]) ? 1 : 0;
    unavailable += shift.engine.code == kStoreUnavailable ? 1 : 0;
    EXPECT_TRUE(is_documented(shift.engine)) << rule << " ended with " << shift.engine.code;
    auto wrong = scene.finish();
    if (!wrong) wrong = scene.complaint(reference.ending);
    if (wrong) ADD_FAILURE() << "after " << rule << ": " << *wrong;
  });
  std::cout << "failed calls (" << GetParam() << "): " << ids.size() << " ids, failed " << failed
            << ", missed " << ids.size() - failed << ", exit code 13 after " << unavailable
            << std::endl;
  EXPECT_EQ(failed, ids.size());
}

INSTANTIATE_TEST_SUITE_P(Each, FailedCalls, testing::Values("eio", "enospc"),
                         [](const auto& with) { return with.param; });

}  // namespace
}  // namespace rung::campaign
