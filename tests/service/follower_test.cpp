#include "service/follower.h"

#include "engine/plan_cache.h"
#include "tests/state/golden_journal.h"
#include "tests/state/sqlite_fixture.h"
#include "tests/state/writes.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace rung::service {
namespace {

std::string a_stored_plan() {
  std::ostringstream text;
  text << std::ifstream(RUNG_JOURNALS_FOLDER "/v1/runs/paused.json").rdbuf();
  return state::restore_journal(text.str()).value().plan_json;
}

// A store with two runs of one plan, nothing done in either.
class FollowerTest : public ::testing::Test {
 protected:
  FollowerTest() {
    const auto store = state::open_sqlite_store(options, loop.post(), log).value();
    const Epoch epoch = state::claim_and_wait(loop, *store).value().epoch;
    const std::string json = a_stored_plan();
    for (const std::int64_t run : {1, 2}) {
      state::RunWrite write = state::creation(run, epoch);
      const std::string hash = to_hex(sha256({json}));
      std::get<state::RunCreated>(write.events.front().payload).plan = hash;
      write.summary->plan = hash;
      write.plan_json = std::make_shared<const std::string>(json);
      EXPECT_EQ(state::submit_and_wait(loop, *store, std::move(write)),
                state::Committed::committed);
    }
  }

  state::TempFolder folder;
  state::SqliteOptions options = state::options_for(folder.path() + "/rung.db");
  state::EngineLoop loop;
  state::KeptLog log;
};

TEST_F(FollowerTest, RunsOfOnePlanShareIt) {
  const auto reader = state::open_sqlite_reader(options).value();
  engine::PlanCache plans;
  const auto one = Follower::open(*reader, plans, RunId{1});
  const auto other = Follower::open(*reader, plans, RunId{2});
  ASSERT_TRUE(one && other);
  EXPECT_EQ(&one.value().history().graph(), &other.value().history().graph());
}

TEST_F(FollowerTest, APlanStaysWithItsRunWhenItIsForgottenOtherwise) {
  const auto reader = state::open_sqlite_reader(options).value();
  auto plans = std::make_unique<engine::PlanCache>();
  const auto one = Follower::open(*reader, *plans, RunId{1});
  ASSERT_TRUE(one) << one.error().message();
  plans.reset();
  EXPECT_FALSE(one.value().history().graph().plan().steps.empty());
}

}  // namespace
}  // namespace rung::service
