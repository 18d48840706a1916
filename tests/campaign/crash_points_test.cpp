#include "tests/campaign/campaign.h"

#include <gtest/gtest.h>

#include <iostream>

namespace rung::campaign {
namespace {

void print(const std::string& name, const Tally& t) {
  std::cout << "crash points of " << name << ": " << t.ids << " ids, killed " << t.killed << " ("
            << t.engines << " engines, " << t.supervisors << " supervisors, " << t.clients
            << " commands), missed " << t.missed << ", pairs " << t.pairs << std::endl;
}

TEST(CrashPoints, ForwardIsRecoveredFromEach) {
  const Tally tally = kill_at_each(forward(), {});
  print("forward", tally);
  EXPECT_EQ(tally.missed, 0U);
}

TEST(CrashPoints, UndoIsRecoveredFromEach) {
  const Tally tally = kill_at_each(backward(), {});
  print("backward", tally);
  EXPECT_EQ(tally.missed, 0U);
}

TEST(CrashPoints, EngineAndSupervisorTogether) {
  const Tally tally = kill_both_at_each(forward(), {});
  print("forward, engine and supervisor together", tally);
  EXPECT_EQ(tally.missed, 0U);
}

// All pairs are too many for each test run: every run takes one part of eight, `slow` the others.
class CrashPairs : public testing::TestWithParam<std::size_t> {};

TEST_P(CrashPairs, EachOfARecoveryIsRecoveredFrom) {
  const Tally tally = kill_pairs(brief(), {GetParam(), 8});
  print("brief", tally);
  std::cout << tally.states << " different states after the first kill" << std::endl;
  EXPECT_EQ(tally.missed, 0U);
}
INSTANTIATE_TEST_SUITE_P(Part, CrashPairs, testing::Range<std::size_t>(0, 1));
INSTANTIATE_TEST_SUITE_P(SlowPart, CrashPairs, testing::Range<std::size_t>(1, 8));

}  // namespace
}  // namespace rung::campaign
