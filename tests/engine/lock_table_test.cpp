#include "engine/lock_table.h"

#include <gmock/gmock.h>

#include <set>

namespace rung::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

state::LockRow exclusive(std::int64_t run, std::string name) {
  return {RunId{run}, std::move(name), false, {}, {}};
}
state::LockRow shared(std::int64_t run, std::string name) {
  return {RunId{run}, std::move(name), true, {}, {}};
}
state::LockRow held(state::LockRow row) {
  row.taken_at = TimePoint{};
  return row;
}

class LockTableTest : public ::testing::Test {
 protected:
  // Gives them to whoever can have them, as an engine does.
  std::vector<std::int64_t> grant() {
    std::vector<std::int64_t> runs;
    const auto may_take = [this](const LockHolder& h) { return !asleep.contains(h.run.number); };
    for (const LockHolder& holder : table.next(may_take)) {
      table.take(holder);
      runs.push_back(holder.run.number);
    }
    return runs;
  }

  // A group `g` of the run.
  void asks_in_group(std::int64_t run, std::vector<state::LockRow> locks) {
    for (state::LockRow& lock : locks) lock.step = "g";
    table.ask({RunId{run}, "g"}, std::move(locks));
  }

  LockTable table;
  std::set<std::int64_t> asleep;
};

TEST_F(LockTableTest, GivesAnExclusiveLockToOneAtATime) {
  table.ask({RunId{1}}, {exclusive(1, "pg")});
  table.ask({RunId{2}}, {exclusive(2, "pg")});
  EXPECT_THAT(grant(), ElementsAre(1));
  EXPECT_THAT(grant(), IsEmpty());
  table.free(RunId{1});
  EXPECT_THAT(grant(), ElementsAre(2));
}

TEST_F(LockTableTest, GivesASharedLockToManyAtOnce) {
  table.ask({RunId{1}}, {shared(1, "east")});
  table.ask({RunId{2}}, {shared(2, "east")});
  EXPECT_THAT(grant(), ElementsAre(1, 2));
}

TEST_F(LockTableTest, LetsNoReaderPassAWriterThatWaits) {
  table.ask({RunId{1}}, {shared(1, "east")});
  EXPECT_THAT(grant(), ElementsAre(1));
  table.ask({RunId{2}}, {exclusive(2, "east")});
  table.ask({RunId{3}}, {shared(3, "east")});
  EXPECT_THAT(grant(), IsEmpty());
  table.free(RunId{1});
  EXPECT_THAT(grant(), ElementsAre(2));
  table.free(RunId{2});
  EXPECT_THAT(grant(), ElementsAre(3));
}

TEST_F(LockTableTest, GivesAllOrNone) {
  table.ask({RunId{1}}, {exclusive(1, "b")});
  EXPECT_THAT(grant(), ElementsAre(1));
  table.ask({RunId{2}}, {exclusive(2, "a"), exclusive(2, "b")});
  EXPECT_THAT(grant(), IsEmpty());
  table.free(RunId{1});
  EXPECT_THAT(grant(), ElementsAre(2));
}

TEST_F(LockTableTest, KeepsAllLocksOfAnEarlierRunFromLaterOnes) {
  table.ask({RunId{1}}, {exclusive(1, "b")});
  grant();
  table.ask({RunId{2}}, {exclusive(2, "a"), exclusive(2, "b")});
  table.ask({RunId{3}}, {exclusive(3, "a")});
  EXPECT_THAT(grant(), IsEmpty());
}

TEST_F(LockTableTest, LetsARunPassThatHasNothingToDoWithThoseThatWait) {
  table.ask({RunId{1}}, {exclusive(1, "a")});
  grant();
  table.ask({RunId{2}}, {exclusive(2, "a")});
  table.ask({RunId{3}}, {exclusive(3, "b")});
  EXPECT_THAT(grant(), ElementsAre(3));
}

TEST_F(LockTableTest, PassesOverARunThatNobodyDrivesAndKeepsItsPlace) {
  asleep = {1};
  table.ask({RunId{1}}, {exclusive(1, "a")});
  table.ask({RunId{2}}, {exclusive(2, "a")});
  table.ask({RunId{3}}, {exclusive(3, "a")});
  EXPECT_THAT(grant(), ElementsAre(2));
  asleep.clear();
  table.free(RunId{2});
  EXPECT_THAT(grant(), ElementsAre(1));
}

TEST_F(LockTableTest, BeginsWithWhatTheStoreSays) {
  table = LockTable({held(shared(1, "a")), held(shared(2, "a")), exclusive(3, "a")});
  EXPECT_THAT(grant(), IsEmpty());
  table.free(RunId{1});
  EXPECT_THAT(grant(), IsEmpty());
  table.free(RunId{2});
  EXPECT_THAT(grant(), ElementsAre(3));
}

TEST_F(LockTableTest, ForgetsARunThatGivesUp) {
  table.ask({RunId{1}}, {exclusive(1, "a")});
  grant();
  table.ask({RunId{2}}, {exclusive(2, "a")});
  table.ask({RunId{3}}, {shared(3, "b")});
  table.free(RunId{2});
  table.free(RunId{1});
  EXPECT_THAT(grant(), ElementsAre(3));
}

TEST_F(LockTableTest, GivesAGroupItsLocksBesideThoseOfItsRun) {
  table.ask({RunId{1}}, {exclusive(1, "a")});
  EXPECT_THAT(grant(), ElementsAre(1));
  asks_in_group(1, {exclusive(1, "b")});
  EXPECT_THAT(grant(), ElementsAre(1));
  table.ask({RunId{2}}, {exclusive(2, "b")});
  EXPECT_THAT(grant(), IsEmpty());
  table.free(LockHolder{RunId{1}, "g"});
  EXPECT_THAT(grant(), ElementsAre(2));
}

// Else: 3 holds `a` and waits behind 2, which waits for `a`.
TEST_F(LockTableTest, LetsAGroupInsideOfALockPassThoseThatHoldNothing) {
  table.ask({RunId{1}}, {exclusive(1, "b")});
  table.ask({RunId{3}}, {exclusive(3, "a")});
  EXPECT_THAT(grant(), ElementsAre(1, 3));
  table.ask({RunId{2}}, {exclusive(2, "a"), exclusive(2, "b")});
  asks_in_group(3, {exclusive(3, "b")});
  table.free(RunId{1});
  EXPECT_THAT(grant(), ElementsAre(3));
}

TEST_F(LockTableTest, KeepsTheOrderOfGroupsInsideOfLocksThatWantTheSame) {
  table.ask({RunId{1}}, {exclusive(1, "c")});
  table.ask({RunId{2}}, {exclusive(2, "a")});
  table.ask({RunId{3}}, {exclusive(3, "b")});
  EXPECT_THAT(grant(), ElementsAre(1, 2, 3));
  asks_in_group(3, {exclusive(3, "c")});
  asks_in_group(2, {exclusive(2, "c")});
  EXPECT_THAT(grant(), IsEmpty());
  table.free(RunId{1});
  EXPECT_THAT(grant(), ElementsAre(3));
}

// Else: 3 holds `b` and waits behind 2 for `d`, 2 waits for `c`, and who holds that may wait for
// `b`.
TEST_F(LockTableTest, LetsAGroupPassOneThatAlsoWaitsForAnEarlierName) {
  table.ask({RunId{1}}, {exclusive(1, "c")});
  table.ask({RunId{2}}, {exclusive(2, "a")});
  table.ask({RunId{3}}, {exclusive(3, "b")});
  EXPECT_THAT(grant(), ElementsAre(1, 2, 3));
  asks_in_group(2, {exclusive(2, "c"), exclusive(2, "d")});
  asks_in_group(3, {exclusive(3, "d")});
  EXPECT_THAT(grant(), ElementsAre(3));
}

TEST_F(LockTableTest, FreesWhatAGroupHeldWhereItHasAskedAnew) {
  asks_in_group(1, {exclusive(1, "a")});
  EXPECT_THAT(grant(), ElementsAre(1));
  asks_in_group(1, {exclusive(1, "a")});
  EXPECT_THAT(grant(), IsEmpty());
  table.free(LockHolder{RunId{1}, "g"});
  EXPECT_THAT(grant(), ElementsAre(1));
}

TEST_F(LockTableTest, HasABound) {
  for (std::int64_t run = 1; run <= 1'000; ++run) {
    EXPECT_TRUE(table.has_room());
    table.ask({RunId{run}}, {exclusive(run, "a")});
  }
  EXPECT_FALSE(table.has_room());
}

}  // namespace
}  // namespace rung::engine
