#include "tests/engine/core_fixture.h"

namespace rung::engine::testing {
namespace {

using ::testing::ElementsAre;

// The store was restored from a backup while `copy` waited for its next try.
class RestoredRunTest : public CoreTest {
 protected:
  void SetUp() override {
    PlanBuilder plan;
    plan.step(effect("copy", EffectClass::keyed));
    given(std::move(plan));
    ends("copy", not_done());
    ASSERT_EQ(status("copy"), StepStatus::backing_off);
    auto doubted =
        apply(*graph_, std::move(state_), {clock_.now().utc, "copy", state::StepInDoubt{}});
    ASSERT_TRUE(doubted.has_value());
    state_ = std::move(doubted).value();
  }
};

TEST_F(RestoredRunTest, TriesNothingByItself) {
  EXPECT_EQ(run_status(), state::RunStatus::in_doubt);
  EXPECT_TRUE(next_due(state_).is_empty());
  pass(std::chrono::hours(1));
  EXPECT_THAT(send(PassTime{}).events, ElementsAre());
}

TEST_F(RestoredRunTest, TriesAgainWhenAPersonSaysThatItDidNotHappen) {
  send(Resolve{"copy", ResolveAs::not_done, {}, by("li")});
  EXPECT_THAT(effects(), ElementsAre("start copy"));
}

TEST_F(RestoredRunTest, GoesOnWhenAPersonSaysThatItHappened) {
  send(Resolve{"copy", ResolveAs::done, {}, by("li")});
  EXPECT_EQ(run_status(), state::RunStatus::succeeded);
}

}  // namespace
}  // namespace rung::engine::testing
