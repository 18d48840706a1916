#include "engine/build_attempt.h"
#include "tests/engine/core_fixture.h"

#include <gmock/gmock.h>

// `two_phase:`: a transaction over several participants.
namespace rung::engine::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class TwoPhase : public CoreTest {
 protected:
  void money() {
    given(PlanBuilder().step(two_phase("money", {"ledger", "stock"})).step(effect("next")));
  }
  static Outcome prepared() { return Done{{{"affected", Value(1)}}, false, Value("receipt")}; }
  void both_prepared() {
    money();
    ends("money/ledger", prepared());
    ends("money/stock", prepared());
  }
  static Outcome nothing_tells() { return Failed{{ErrorClass::not_found, "nothing tells"}}; }
  static Outcome the_opposite() { return Failed{{ErrorClass::conflict, "somebody else did"}}; }
  state::Turn turn(const std::string& step) const {
    return state_.ballots.at(*tree().find(step)).turn;
  }
  std::string reason() const { return state_.finished ? state_.finished->reason : ""; }
};

TEST_F(TwoPhase, PreparesAllAtOnce) {
  money();
  EXPECT_THAT(effects(), ElementsAre("start money/ledger", "start money/stock"));
}

TEST_F(TwoPhase, IsDecidedOnceAndOnlyThenTold) {
  money();
  ends("money/ledger", prepared());
  EXPECT_THAT(events(), ElementsAre("participant.prepared money/ledger"));
  EXPECT_THAT(effects(), ElementsAre("forget money/ledger"));
  ends("money/stock", prepared());
  EXPECT_THAT(events(), ElementsAre("participant.prepared money/stock", "two_phase.decided money",
                                    "step.started money/ledger", "step.started money/stock"));
  EXPECT_THAT(effects(),
              ElementsAre("forget money/stock", "start money/ledger", "start money/stock"));
  EXPECT_EQ(turn("money/ledger"), state::Turn::commit);
}

TEST_F(TwoPhase, SucceedsWhenAllAreCommitted) {
  both_prepared();
  ends("money/ledger", Done{});
  EXPECT_EQ(status("money"), StepStatus::running);
  ends("money/stock", Done{});
  EXPECT_EQ(status("money"), StepStatus::succeeded);
  EXPECT_EQ(*at("money").outputs.at("participants").member("stock")->member("affected"), Value(1));
  EXPECT_EQ(status("next"), StepStatus::running);
}

TEST_F(TwoPhase, RollsBackAllWhenOneRefuses) {
  money();
  ends("money/ledger", prepared());
  ends("money/stock", failed());
  EXPECT_THAT(effects(), Contains("start money/ledger"));
  EXPECT_EQ(turn("money/ledger"), state::Turn::rollback);
  EXPECT_EQ(status("money/stock"), StepStatus::failed);  // nothing is left there: nobody is told
  ends("money/ledger", Done{});
  EXPECT_EQ(status("money"), StepStatus::failed);
  EXPECT_EQ(at("money").error->message, "money/stock: no");
  EXPECT_EQ(run_status(), state::RunStatus::paused);
}

TEST_F(TwoPhase, EndsThePrepareThatIsStillUnderWay) {
  money();
  ends("money/stock", failed());
  EXPECT_THAT(effects(), Contains("cancel money/ledger"));
  ends("money/ledger", unknown());
  EXPECT_EQ(turn("money/ledger"), state::Turn::rollback);
}

TEST_F(TwoPhase, NamesWhoObjectedAndNobodyWhoHadNotVoted) {
  money();
  ends("money/stock", failed());
  ends("money/ledger", Unknown{});
  ends("money/ledger", Done{});
  EXPECT_EQ(at("money").error->message, "money/stock: no");
}

TEST_F(TwoPhase, PresumesThatWhatNobodyKnowsIsAborted) {
  money();
  ends("money/ledger", prepared());
  restarts(true);
  EXPECT_THAT(effects(), ElementsAre("recover money/stock"));
  ends("money/stock", unknown());
  EXPECT_EQ(turn("money/stock"), state::Turn::rollback);
  EXPECT_EQ(turn("money/ledger"), state::Turn::rollback);
}

TEST_F(TwoPhase, TellsOnceMoreWhatWasDecidedBeforeARestart) {
  both_prepared();
  restarts();
  EXPECT_THAT(effects(), ElementsAre("start money/ledger", "start money/stock"));
  EXPECT_EQ(turn("money/ledger"), state::Turn::commit);
}

TEST_F(TwoPhase, CommitsUntilItIsConfirmed) {
  both_prepared();
  ends("money/stock", Done{});
  for (int n = 0; n < 50; ++n) {
    ends("money/ledger", n % 2 == 0 ? not_done() : unknown());
    EXPECT_EQ(status("money/ledger"), StepStatus::backing_off);
    EXPECT_EQ(run_status(), state::RunStatus::waiting);
    pass(std::chrono::minutes(1));
    send(PassTime{});
    EXPECT_THAT(effects(), ElementsAre("start money/ledger"));
  }
  ends("money/ledger", Done{});
  EXPECT_EQ(status("money"), StepStatus::succeeded);
}

TEST_F(TwoPhase, CommitsAlsoWhileTheRunIsPaused) {
  both_prepared();
  send(Pause{by("ana")});
  ends("money/ledger", unknown());
  pass(std::chrono::minutes(1));
  send(PassTime{});
  EXPECT_THAT(effects(), ElementsAre("start money/ledger"));
}

TEST_F(TwoPhase, IsRolledBackWhereItWasNotPreparedInTime) {
  money();
  ends("money/ledger", prepared());
  pass(std::chrono::seconds(31));
  send(PassTime{});
  EXPECT_THAT(events(), Contains("two_phase.decided money"));
  EXPECT_THAT(effects(), Contains("cancel money/stock"));
  ends("money/stock", prepared());  // it was done when it was told
  EXPECT_EQ(turn("money/stock"), state::Turn::rollback);
  ends("money/ledger", Done{});
  ends("money/stock", Done{});
  EXPECT_THAT(at("money").error->message, HasSubstr("within 30s"));
}

TEST_F(TwoPhase, IsRolledBackByACancelBeforeTheDecision) {
  money();
  ends("money/ledger", prepared());
  send(Cancel{CancelRunning::drain, by("ana")});
  EXPECT_EQ(turn("money/ledger"), state::Turn::rollback);
  ends("money/stock", unknown());
  ends("money/ledger", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::running);  // until nothing is left there either
  ends("money/stock", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::cancelled);
}

TEST_F(TwoPhase, IsCommittedAllTheSameByACancelAfterTheDecision) {
  both_prepared();
  send(Cancel{CancelRunning::kill, by("ana")});
  EXPECT_THAT(effects(), Not(Contains("cancel money/ledger")));
  ends("money/ledger", Done{});
  ends("money/stock", unknown());
  pass(std::chrono::minutes(1));
  send(PassTime{});
  EXPECT_THAT(effects(), ElementsAre("start money/stock"));
  ends("money/stock", Done{});
  EXPECT_EQ(status("money"), StepStatus::succeeded);
  EXPECT_EQ(run_status(), state::RunStatus::cancelled);
}

TEST_F(TwoPhase, LetsThoseDropOutThatChangedNothing) {
  money();
  ends("money/ledger", Done{});
  ends("money/stock", prepared());
  EXPECT_EQ(status("money/ledger"), StepStatus::succeeded);
  EXPECT_THAT(effects(), Not(Contains("start money/ledger")));
  ends("money/stock", Done{});
  EXPECT_EQ(status("money"), StepStatus::succeeded);
}

TEST_F(TwoPhase, IsRolledBackWhereAParticipantIsNotAsExpected) {
  StepBuilder step = two_phase("money", {"ledger"});
  step.first_child()->action.expect = {"affected == 2"};
  given(PlanBuilder().step(std::move(step)));
  ends("money/ledger", prepared());
  EXPECT_EQ(turn("money/ledger"), state::Turn::rollback);
  ends("money/ledger", Done{});
  EXPECT_THAT(at("money").error->message, HasSubstr("affected == 2"));
}

TEST_F(TwoPhase, PreparesUnderAnotherNameWhenItIsTriedAgain) {
  money();
  const auto name = [&] {
    return transaction_name(state_, "money/ledger", at("money/ledger").generation);
  };
  const std::string first = name();
  ends("money/stock", failed());
  ends("money/ledger", unknown());
  ends("money/ledger", Done{});
  send(RetryStep{"money", by("ana")});
  EXPECT_THAT(effects(), ElementsAre("start money/ledger", "start money/stock"));
  EXPECT_NE(name(), first);
  ends("money/ledger", prepared());
  ends("money/stock", prepared());
  ends("money/ledger", Done{});
  ends("money/stock", Done{});
  EXPECT_EQ(status("money"), StepStatus::succeeded);
}

TEST_F(TwoPhase, IsMixedWhereSomebodyElseEndedAPart) {
  both_prepared();
  ends("money/ledger", Done{});
  ends("money/stock", the_opposite());
  EXPECT_EQ(run_status(), state::RunStatus::failed);
  EXPECT_EQ(reason(), "mixed: money/ledger is committed, money/stock is rolled back");
}

TEST_F(TwoPhase, AsksAPersonWhereNothingTells) {
  both_prepared();
  ends("money/ledger", nothing_tells());
  ends("money/stock", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::in_doubt);
  send(Resolve{"money/ledger", ResolveAs::done, {}, by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("--as committed"));
  send(Resolve{"money/ledger", ResolveAs::committed, {}, by("ana")});
  EXPECT_EQ(run_status(), state::RunStatus::failed);
  EXPECT_THAT(reason(), HasSubstr("money/ledger is committed as ana says"));
}

TEST_F(TwoPhase, IsNotHeldForEverByASiteThatIsGone) {
  both_prepared();
  ends("money/ledger", Done{});
  ends("money/stock", unknown());
  send(Resolve{"money/stock", ResolveAs::rolled_back, {}, by("ana")});
  EXPECT_EQ(run_status(), state::RunStatus::failed);
  EXPECT_THAT(reason(), HasSubstr("mixed: "));
}

TEST_F(TwoPhase, TakesNobodysWordBeforeTheDecision) {
  money();
  send(Resolve{"money/ledger", ResolveAs::committed, {}, by("ana")});
  EXPECT_THAT(refusal(), Not(IsEmpty()));
}

TEST_F(TwoPhase, PassesThePointOfNoReturnWithTheDecision) {
  StepBuilder step = two_phase("money", {"ledger"});
  step->point_of_no_return = "pay it back";
  given(PlanBuilder().step(std::move(step)));
  EXPECT_FALSE(state_.no_return.has_value());
  ends("money/ledger", prepared());
  EXPECT_TRUE(state_.no_return.has_value());
}

// Names are looked for by later versions of Rung, too.
TEST_F(TwoPhase, NamesWhatItPreparesForEver) {
  money();
  state_.created->store = "01234567-89ab-cdef-0123-456789abcdef";
  EXPECT_EQ(transaction_name(state_, "money/ledger", 0),
            "rung:0123456789abcdef0123456789abcdef:42:1f2dd41ba96e");
  state_.id = RunId{999'999'999'999};
  EXPECT_LE(transaction_name(state_, "money/ledger", 0).size(), 63U);
}

}  // namespace
}  // namespace rung::engine::testing
