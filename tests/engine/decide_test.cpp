#include "tests/engine/core_fixture.h"

namespace rung::engine::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Sequence : public CoreTest {};

TEST_F(Sequence, WritesTheIntentBeforeTheEffect) {
  given(PlanBuilder().step(effect("copy")));
  EXPECT_THAT(events(), ElementsAre("run.claimed", "step.started copy"));
  EXPECT_THAT(effects(), ElementsAre("start copy"));
}

TEST_F(Sequence, RecordsOneOutcomeAndTheNextIntentInOneDecision) {
  given(PlanBuilder().step(effect("copy")).step(effect("move")));
  ends("copy", Done{});
  EXPECT_THAT(events(), ElementsAre("step.succeeded copy", "step.started move"));
}

TEST_F(Sequence, EndsTheRunAfterItsLastStep) {
  given(PlanBuilder().step(effect("copy")));
  ends("copy", Done{});
  EXPECT_THAT(events(), ElementsAre("step.succeeded copy", "run.finished"));
  EXPECT_EQ(run_status(), state::RunStatus::succeeded);
}

TEST_F(Sequence, RunsAThousandPureStepsInOneDecision) {
  PlanBuilder builder;
  for (int n = 0; n < 1000; ++n) builder.step(set("s" + std::to_string(n), "x", "1 + 1"));
  given(builder);
  EXPECT_EQ(run_status(), state::RunStatus::succeeded);
  EXPECT_EQ(decision_.events.size(), 1002u);
}

TEST_F(Sequence, LetsGoOfARunAndStartsNothingAfterThat) {
  given(PlanBuilder().step(effect("copy")).step(effect("move")));
  send(Release{Epoch{epoch_}, "Ctrl-C"});
  EXPECT_THAT(events(), ElementsAre("run.released"));
  EXPECT_THAT(effects(), IsEmpty());
  EXPECT_TRUE(state_.released_at);
}

TEST_F(Sequence, IsDrivenAgainAfterItWasLetGo) {
  given(PlanBuilder().step(effect("copy")));
  send(Release{Epoch{epoch_}, "Ctrl-C"});
  restarts();
  EXPECT_THAT(effects(), ElementsAre("recover copy"));
  EXPECT_FALSE(state_.released_at);
}

TEST_F(Sequence, LetsGoOfNothingThatIsOver) {
  given(PlanBuilder().step(set("a", "x", "1")));
  send(Release{Epoch{epoch_}, "Ctrl-C"});
  EXPECT_THAT(events(), IsEmpty());
}

TEST_F(Sequence, SkipsAStepWhoseConditionIsFalseAndGoesOn) {
  StepBuilder copy = effect("copy");
  copy->when = {"1 > 2"};
  given(PlanBuilder().step(copy).step(effect("move")));
  EXPECT_EQ(status("copy"), StepStatus::skipped);
  EXPECT_EQ(status("move"), StepStatus::running);
}

TEST_F(Sequence, FailsAStepWhoseConditionIsNoBool) {
  StepBuilder copy = effect("copy");
  copy->when = {"1 + 1"};
  given(PlanBuilder().step(copy));
  EXPECT_THAT(at("copy").error->message, HasSubstr("not true or false"));
}

TEST_F(Sequence, GivesTheFoldOfItsEventsAsItsState) {
  given(PlanBuilder().step(effect("copy")).step(approve("ok")).step(set("x", "y", "1")));
  ends("copy", unknown());
  send(Resolve{"copy", ResolveAs::done, {}, by("ana")});
  const auto folded = fold(*graph_, RunId{42}, journal_);
  ASSERT_TRUE(folded.has_value());
  EXPECT_EQ(folded.value().seq.number, state_.seq.number);
  EXPECT_EQ(folded.value().active, state_.active);
  EXPECT_EQ(status_of(folded.value()), run_status());
}

class Groups : public CoreTest {};

TEST_F(Groups, StartsTheChildrenOfAParallelGroupTogether) {
  given(PlanBuilder().step(parallel("both", {effect("a"), effect("b")})));
  EXPECT_THAT(effects(), ElementsAre("start both/a", "start both/b"));
}

TEST_F(Groups, StartsNoSiblingAfterAFailureAndLetsRunningOnesFinish) {
  given(
      PlanBuilder().step(parallel("both", {group("l", {effect("a"), effect("c")}), effect("b")})));
  ends("both/b", failed());
  EXPECT_EQ(run_status(), state::RunStatus::running);
  ends("both/l/a", Done{});
  EXPECT_EQ(status("both/l/c"), StepStatus::waiting);
  EXPECT_EQ(run_status(), state::RunStatus::paused);
}

TEST_F(Groups, CancelsRunningSiblingsOnlyWhenAsked) {
  StepBuilder both = parallel("both", {effect("a"), effect("b")});
  both->cancel_others = true;
  given(PlanBuilder().step(both));
  ends("both/b", failed());
  EXPECT_THAT(effects(), Contains("cancel both/a"));
}

TEST_F(Groups, GoesOnAfterATolerantGroupHasFailed) {
  StepBuilder both = group("both", {effect("a"), effect("b")});
  both->tolerate = "not needed";
  given(PlanBuilder().step(both).step(effect("next")));
  ends("both/a", failed());
  EXPECT_EQ(status("both"), StepStatus::failed);
  EXPECT_EQ(status("both/b"), StepStatus::skipped);
  EXPECT_EQ(status("next"), StepStatus::running);
}

TEST_F(Groups, StartsADagStepWhenAllItNeedsHaveEndedWell) {
  given(PlanBuilder()
            .step(effect("a").needs({}))
            .step(effect("b").needs({}))
            .step(effect("c").needs({"a", "b"})));
  ends("b", Done{});
  EXPECT_EQ(status("c"), StepStatus::waiting);
  ends("a", Done{});
  EXPECT_EQ(status("c"), StepStatus::running);
}

class AfterUnknown : public CoreTest {};

TEST_F(AfterUnknown, StopsAOnceEffectInDoubt) {
  given(PlanBuilder().step(effect("copy", EffectClass::once)).step(effect("next")));
  ends("copy", unknown());
  EXPECT_EQ(status("copy"), StepStatus::in_doubt);
  EXPECT_EQ(run_status(), state::RunStatus::in_doubt);
}

TEST_F(AfterUnknown, RepeatsAKeyedEffectUnderTheSameKey) {
  given(PlanBuilder().step(effect("copy", EffectClass::keyed)));
  ends("copy", unknown());
  pass(5s);
  send(PassTime{});
  EXPECT_EQ(at("copy").attempts, 2);
  EXPECT_EQ(at("copy").generation, 0);
}

TEST_F(AfterUnknown, KeepsTheKeyWhileAnEarlierTryUnderItIsUntold) {
  given(PlanBuilder().step(effect("copy", EffectClass::keyed)));
  ends("copy", unknown());
  pass(5s);
  send(PassTime{});
  ends("copy", not_done());
  pass(9s);
  send(PassTime{});
  EXPECT_EQ(at("copy").attempts, 3);
  EXPECT_EQ(at("copy").generation, 0);
}

TEST_F(AfterUnknown, TakesANewKeyAfterADefiniteRefusal) {
  StepBuilder copy = effect("copy", EffectClass::once);
  copy->retry = runbooks::Retry{2, 1s, 1s, {}};
  given(PlanBuilder().step(copy));
  ends("copy", failed());
  pass(5s);
  send(PassTime{});
  EXPECT_EQ(at("copy").generation, 1);
}

TEST_F(AfterUnknown, AsksAPersonWhenKeyedTriesAreUsedUp) {
  given(PlanBuilder().step(effect("copy", EffectClass::keyed)));
  for (int n = 0; n < 3; ++n) {
    ends("copy", unknown());
    pass(60s);
    send(PassTime{});
  }
  EXPECT_EQ(status("copy"), StepStatus::in_doubt);
}

TEST_F(AfterUnknown, LooksWhetherAProbedEffectHappened) {
  given(PlanBuilder().step(effect("copy", EffectClass::probe)));
  ends("copy", unknown());
  EXPECT_THAT(effects(), Contains("probe copy"));
  probed("copy", Done{});
  EXPECT_TRUE(at("copy").is_adopted);
  EXPECT_EQ(run_status(), state::RunStatus::succeeded);
}

TEST_F(AfterUnknown, IsInDoubtWhenTheProbeCannotTell) {
  given(PlanBuilder().step(effect("copy", EffectClass::probe)));
  ends("copy", unknown());
  probed("copy", Unknown{{ErrorClass::network, "cannot look"}});
  EXPECT_EQ(status("copy"), StepStatus::in_doubt);
}

TEST_F(AfterUnknown, RepeatsAOnceEffectWhoseAuthorDeclaredItRepeatable) {
  StepBuilder copy = effect("copy", EffectClass::once);
  copy->in_doubt = runbooks::InDoubt::retry;
  given(PlanBuilder().step(copy));
  ends("copy", unknown());
  EXPECT_EQ(status("copy"), StepStatus::backing_off);
}

TEST_F(AfterUnknown, StartsNothingWhileAStepIsInDoubt) {
  given(
      PlanBuilder().step(parallel("both", {effect("a"), group("l", {effect("b"), effect("c")})})));
  ends("both/a", unknown());
  ends("both/l/b", Done{});
  EXPECT_EQ(status("both/l/c"), StepStatus::waiting);
}

TEST_F(AfterUnknown, RunsAStepAgainThatWasResolvedAsNotDoneUnderANewKey) {
  given(PlanBuilder().step(effect("copy")));
  ends("copy", unknown());
  send(Resolve{"copy", ResolveAs::not_done, {}, by("ana")});
  EXPECT_EQ(status("copy"), StepStatus::running);
  EXPECT_EQ(at("copy").generation, 1);
  EXPECT_EQ(at("copy").attempts, 2);
}

TEST_F(AfterUnknown, FailsAStepThatWasResolvedAsFailed) {
  given(PlanBuilder().step(effect("copy")));
  ends("copy", unknown());
  send(Resolve{"copy", ResolveAs::failed, {}, by("ana")});
  EXPECT_EQ(run_status(), state::RunStatus::paused);
}

TEST_F(AfterUnknown, RefusesToSkipAStepInDoubt) {
  given(PlanBuilder().step(effect("copy")));
  ends("copy", unknown());
  send(SkipStep{"copy", {}, by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("rung resolve"));
}

class AfterARestart : public CoreTest {};

TEST_F(AfterARestart, FindsOutAboutWhatWasInFlight) {
  given(PlanBuilder().step(effect("copy")));
  restarts();
  EXPECT_THAT(effects(), ElementsAre("recover copy"));
}

TEST_F(AfterARestart, RunsAnIdempotentStepAgainWhateverItsBudget) {
  StepBuilder copy = effect("copy", EffectClass::idempotent);
  copy->retry = runbooks::Retry{1, 1s, 1s, {}};
  given(PlanBuilder().step(copy));
  restarts();
  send(FinishAttempt{*tree().find("copy"), 0, 1, unknown(ErrorClass::internal), true});
  EXPECT_THAT(effects(), Contains("start copy"));
}

TEST_F(AfterARestart, AsksTheProbeAgain) {
  given(PlanBuilder().step(effect("copy", EffectClass::probe)));
  ends("copy", unknown());
  restarts();
  EXPECT_THAT(effects(), ElementsAre("probe copy"));
}

TEST_F(AfterARestart, GoesByUtcForATimerOfAnotherBoot) {
  given(PlanBuilder().step(wait_for("nap", 60s)).step(effect("next")));
  pass(61s);
  restarts(true);
  EXPECT_EQ(status("next"), StepStatus::running);
}

TEST_F(AfterARestart, GoesByTheBootClockInTheSameBootWhateverUtcSays) {
  given(PlanBuilder().step(wait_for("nap", 60s)).step(effect("next")));
  clock_.step_utc(1h);
  restarts();
  EXPECT_EQ(status("nap"), StepStatus::running);
}

TEST_F(AfterARestart, IgnoresALateAnswerOfAnEarlierTry) {
  given(PlanBuilder().step(effect("copy", EffectClass::idempotent)));
  restarts();
  send(FinishAttempt{*tree().find("copy"), 0, 1, unknown(), true});
  send(FinishAttempt{*tree().find("copy"), 0, 1, Done{}, false});
  EXPECT_THAT(events(), IsEmpty());
}

class OnFailure : public CoreTest {};

TEST_F(OnFailure, PausesByDefaultAndSaysWhy) {
  given(PlanBuilder().step(effect("copy")));
  ends("copy", failed());
  EXPECT_EQ(run_status(), state::RunStatus::paused);
  EXPECT_THAT(summary_of(*graph_, state_).reason, HasSubstr("copy failed: no"));
}

TEST_F(OnFailure, RefusesToGoOnBeforeTheFailureIsAnswered) {
  given(PlanBuilder().step(effect("copy")));
  ends("copy", failed());
  send(Continue{by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("rung retry 42 copy"));
}

TEST_F(OnFailure, TriesAgainWhenAskedAndEndsThePause) {
  given(PlanBuilder().step(effect("copy")));
  ends("copy", failed());
  send(RetryStep{"copy", by("ana")});
  EXPECT_THAT(effects(), ElementsAre("start copy"));
  EXPECT_EQ(run_status(), state::RunStatus::running);
}

TEST_F(OnFailure, GoesOnBehindASkippedStep) {
  given(PlanBuilder().step(effect("copy")).step(effect("next")));
  ends("copy", failed());
  send(SkipStep{"copy", {}, by("ana")});
  EXPECT_EQ(status("next"), StepStatus::running);
}

TEST_F(OnFailure, RunsFinallyOnceAndThenFails) {
  given(PlanBuilder()
            .step(effect("copy"))
            .finally(effect("tidy"))
            .on_failure(runbooks::OnFailure::fail));
  ends("copy", failed());
  EXPECT_THAT(effects(), Contains("start finally/tidy"));
  ends("finally/tidy", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::failed);
}

TEST_F(OnFailure, DoesNotRunFinallyWhilePaused) {
  given(PlanBuilder().step(effect("copy")).finally(effect("tidy")));
  ends("copy", failed());
  EXPECT_EQ(status("finally/tidy"), StepStatus::waiting);
}

// It would be opened all the same at the end of the run, with nothing in it that could end.
TEST_F(OnFailure, LetsNobodySkipTheFinallyOfTheRunAsAWhole) {
  given(PlanBuilder().step(effect("copy")).finally(effect("tidy")));
  ends("copy", failed());
  send(SkipStep{"finally", {}, by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("there is copy, finally/tidy"));
  send(SkipStep{"finally/tidy", {}, by("ana")});
  send(SkipStep{"copy", {}, by("ana")});
  EXPECT_EQ(run_status(), state::RunStatus::succeeded);
}

TEST_F(OnFailure, ToleratesWhatItsAuthorTolerates) {
  StepBuilder copy = effect("copy");
  copy->tolerate = "only a cache";
  given(PlanBuilder().step(copy));
  ends("copy", failed());
  EXPECT_EQ(run_status(), state::RunStatus::succeeded);
  EXPECT_TRUE(at("copy").is_tolerated);
}

TEST_F(OnFailure, RetriesOnlyTheNamedClasses) {
  StepBuilder copy = effect("copy");
  copy->retry = runbooks::Retry{3, 1s, 1s, {ErrorClass::network}};
  given(PlanBuilder().step(copy));
  ends("copy", failed(ErrorClass::auth));
  EXPECT_EQ(status("copy"), StepStatus::failed);
}

TEST_F(OnFailure, EndsTheStepsAtAFailStep) {
  given(PlanBuilder().step(fail("stop", "not sure enough")).step(effect("next")));
  EXPECT_EQ(run_status(), state::RunStatus::failed);
  EXPECT_EQ(state_.finished->reason, "not sure enough");
}

TEST_F(OnFailure, FailsAStepThatIsOutOfItsWholeTime) {
  StepBuilder copy = effect("copy");
  copy->retry = runbooks::Retry{9, 60s, 60s, {}};
  copy->step_timeout = 30s;
  given(PlanBuilder().step(copy));
  ends("copy", not_done());
  pass(31s);
  send(PassTime{});
  EXPECT_THAT(at("copy").error->message, HasSubstr("step_timeout"));
}

class Undoing : public CoreTest {};

TEST_F(Undoing, UndoesInReverseOrderOfCompletion) {
  given(PlanBuilder()
            .step(effect("a").undo())
            .step(effect("b").undo())
            .step(effect("c"))
            .on_failure(runbooks::OnFailure::undo_run));
  ends("a", Done{});
  ends("b", Done{});
  ends("c", failed());
  EXPECT_THAT(effects(), Contains("start b@undo"));
  ends("b@undo", Done{});
  EXPECT_THAT(effects(), Contains("start a@undo"));
  ends("a@undo", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::undone);
  EXPECT_EQ(status("a"), StepStatus::undone);
}

TEST_F(Undoing, AlsoUndoesAStepThatFailedBecauseItMayHaveHalfActed) {
  given(PlanBuilder().step(effect("a").undo()).on_failure(runbooks::OnFailure::undo_run));
  ends("a", failed());
  EXPECT_THAT(effects(), Contains("start a@undo"));
}

TEST_F(Undoing, LeavesAStepAloneThatProvablyDidNotHappen) {
  given(PlanBuilder().step(effect("a").undo()).on_failure(runbooks::OnFailure::undo_run));
  ends("a", not_done());
  EXPECT_EQ(run_status(), state::RunStatus::undone);
}

TEST_F(Undoing, WaitsUntilEveryAttemptHasAnOutcome) {
  given(PlanBuilder().step(parallel("both", {effect("a").undo(), effect("b").undo()})));
  ends("both/a", Done{});
  send(Undo{by("ana")});
  EXPECT_THAT(effects(), IsEmpty());
  ends("both/b", Done{});
  EXPECT_THAT(effects(), Contains("start both/b@undo"));
}

TEST_F(Undoing, IsRefusedBehindThePointOfNoReturnWithItsText) {
  StepBuilder promote = effect("promote");
  promote->point_of_no_return = "start orders-db-failback";
  given(PlanBuilder().step(effect("a").undo()).step(promote));
  ends("a", Done{});
  send(Undo{by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("start orders-db-failback"));
}

TEST_F(Undoing, PausesInsteadOfUndoingByItselfBehindThePointOfNoReturn) {
  StepBuilder promote = effect("promote");
  promote->point_of_no_return = "start orders-db-failback";
  given(PlanBuilder().step(promote).on_failure(runbooks::OnFailure::undo_run));
  ends("promote", failed());
  EXPECT_EQ(run_status(), state::RunStatus::paused);
}

TEST_F(Undoing, IsStuckWhenAnUndoFailsAndGoesOnWhenItIsRetried) {
  given(PlanBuilder()
            .step(effect("a").undo())
            .step(effect("b"))
            .on_failure(runbooks::OnFailure::undo_run));
  ends("a", Done{});
  ends("b", failed());
  ends("a@undo", failed());
  EXPECT_EQ(run_status(), state::RunStatus::stuck);
  send(RetryStep{"a@undo", by("ana")});
  ends("a@undo", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::undone);
}

TEST_F(Undoing, UndoesWhatIsInDoubtFirst) {
  given(PlanBuilder().step(effect("a").undo()).step(effect("b").undo()));
  ends("a", Done{});
  ends("b", unknown());
  send(Undo{by("ana")});
  EXPECT_THAT(effects(), Contains("start b@undo"));
}

TEST_F(Undoing, PreparesTheInputsOfTheUndoWithTheIntent) {
  StepBuilder a = effect("a").undo();
  a.with("name", Template{runbooks::Expression{"inputs.name"}});
  given(PlanBuilder().step(a), {{"name", Value("web")}});
  EXPECT_EQ(at("a").undo_inputs.at("name"), Value("web"));
}

TEST_F(Undoing, RecordsWhatWasThereWithTheIntent) {
  given(PlanBuilder().step(effect("a").undo().before()));
  EXPECT_THAT(effects(), ElementsAre("start a@before"));
  ends("a@before", Done{{{"seen", Value(42)}}});
  EXPECT_THAT(effects(), Contains("start a"));
  EXPECT_EQ(at("a").before, Value(Value::Map{{"seen", Value(42)}}));
  EXPECT_EQ(at("a").undo_inputs.at("old"), Value(42));
}

TEST_F(Undoing, RecordsOfWhatWasThereOnlyWhatIsRead) {
  given(PlanBuilder().step(effect("a").undo().before()));
  ends("a@before", Done{{{"seen", Value(42)}, {"stdout", Value("much")}}});
  EXPECT_EQ(at("a").before, Value(Value::Map{{"seen", Value(42)}}));
}

TEST_F(Undoing, ALookIsSkippedOnlyByWhoSaysWhatWasThere) {
  given(PlanBuilder().step(effect("a").undo().before()));
  ends("a@before", failed());
  send(SkipStep{"a@before", {}, by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("-s seen="));
  send(SkipStep{"a@before", {{"seen", Value("7")}}, by("ana")});
  EXPECT_THAT(effects(), Contains("start a"));
  EXPECT_EQ(at("a").undo_inputs.at("old"), Value(7));
}

TEST_F(Undoing, KeepsWhatWasThereBeforeTheFirstTry) {
  StepBuilder a = effect("a", EffectClass::idempotent).undo().before();
  a->retry = runbooks::Retry{2, 1s, 1s, {}};
  given(PlanBuilder().step(a));
  ends("a@before", Done{{{"seen", Value(42)}}});
  ends("a", failed());
  pass(2s);
  send(PassTime{});
  EXPECT_EQ(at("a").attempts, 2);
  EXPECT_EQ(at("a").before, Value(Value::Map{{"seen", Value(42)}}));
}

TEST_F(Undoing, BeginsNothingWhereNobodyCouldSeeWhatIsThere) {
  given(PlanBuilder().step(effect("a").undo().before()).on_failure(runbooks::OnFailure::undo_run));
  ends("a@before", failed());
  EXPECT_EQ(status("a"), StepStatus::waiting);
  EXPECT_EQ(run_status(), state::RunStatus::undone);
}

class People : public CoreTest {
 protected:
  PlanBuilder with_dba(StepBuilder step) {
    PlanBuilder builder;
    builder->people.emplace("dba", runbooks::Person{{"ana", "li"}, {"dbas"}});
    builder.step(std::move(step)).step(effect("next"));
    return builder;
  }
};

TEST_F(People, GoOnWhenSomebodyNamedApproves) {
  given(with_dba(approve("ok", {"dba"})));
  send(Vote{"", true, by("ana")});
  EXPECT_EQ(status("next"), StepStatus::running);
}

TEST_F(People, MayDecideAsMembersOfAGroup) {
  given(with_dba(approve("ok", {"dba"})));
  send(Vote{"ok", true, by("eve", {"dbas"})});
  EXPECT_EQ(status("next"), StepStatus::running);
}

TEST_F(People, MayNotDecideWhenNobodyNamedThem) {
  given(with_dba(approve("ok", {"dba"})));
  send(Vote{"", true, by("eve")});
  EXPECT_EQ(decision_.refusal->code, ErrorCode::denied);
}

TEST_F(People, MayNotApproveWhatTheyStarted) {
  given(with_dba(approve("ok", {"dba"})));
  send(Vote{"", true, by("li")});
  EXPECT_THAT(refusal(), HasSubstr("four eyes"));
}

TEST_F(People, CancelTheRunByRejecting) {
  given(with_dba(approve("ok", {"dba"})));
  send(Vote{"", false, by("ana")});
  EXPECT_EQ(run_status(), state::RunStatus::cancelled);
  EXPECT_THAT(state_.finished->reason, HasSubstr("rejected by ana"));
}

TEST_F(People, RejectByNotAnsweringInTime) {
  given(with_dba(approve("ok", {"dba"})));
  pass(31min);
  send(PassTime{});
  EXPECT_EQ(run_status(), state::RunStatus::cancelled);
}

TEST_F(People, CannotAnswerAnApprovalThatHasNotBegun) {
  given(PlanBuilder().step(effect("copy")).step(approve("ok")));
  send(Vote{"ok", true, by("ana"), ""});
  EXPECT_THAT(refusal(),
              HasSubstr("has not begun: it is no approval that waits for an answer yet"));
}

TEST_F(People, CannotSkipAnApproval) {
  given(with_dba(approve("ok", {"dba"})));
  send(SkipStep{"ok", {}, by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("rung approve"));
}

TEST_F(People, MustGiveTheOutputsThatATaskAsksFor) {
  StepBuilder cables = manual("cables");
  cables->manual.outputs.emplace("ticket", Type::string);
  given(PlanBuilder().step(cables));
  send(FinishManual{"", {}, by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("-s ticket="));
  send(FinishManual{"", {{"ticket", Value("T-1")}}, by("ana")});
  EXPECT_EQ(run_status(), state::RunStatus::succeeded);
}

TEST_F(People, AreToldWhichStepIsMeantWhenTheyMistype) {
  given(PlanBuilder().step(effect("copy")));
  send(RetryStep{"cpoy", by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("did you mean copy?"));
}

class Control : public CoreTest {};

TEST_F(Control, PauseLetsRunningStepsFinishAndStartsNoOther) {
  given(PlanBuilder().step(effect("a")).step(effect("b")));
  send(Pause{by("ana")});
  ends("a", Done{});
  EXPECT_EQ(status("b"), StepStatus::waiting);
  EXPECT_EQ(run_status(), state::RunStatus::paused);
  send(Continue{by("ana")});
  EXPECT_EQ(status("b"), StepStatus::running);
}

TEST_F(Control, CancelDrainsWhatRunsAndRunsFinally) {
  given(PlanBuilder().step(effect("a")).step(effect("b")).finally(effect("tidy")));
  send(Cancel{CancelRunning::drain, by("ana")});
  EXPECT_THAT(effects(), IsEmpty());
  ends("a", Done{});
  ends("finally/tidy", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::cancelled);
}

TEST_F(Control, CancelWithKillEndsWhatRuns) {
  given(PlanBuilder().step(effect("a")));
  send(Cancel{CancelRunning::kill, by("ana")});
  EXPECT_THAT(effects(), ElementsAre("cancel a"));
}

TEST_F(Control, ANewEngineEndsWhatTheDeadOneWasAskedToKill) {
  given(PlanBuilder().step(effect("a")));
  send(Cancel{CancelRunning::kill, by("ana")});
  restarts();
  EXPECT_THAT(effects(), ElementsAre("recover a", "cancel a"));
}

TEST_F(Control, ANewEngineEndsTheSiblingsOfAFailureThatCancelsThem) {
  StepBuilder both = parallel("both", {effect("a"), effect("b")});
  both->cancel_others = true;
  given(PlanBuilder().step(both));
  ends("both/b", failed());
  restarts();
  EXPECT_THAT(effects(), ElementsAre("recover both/a", "cancel both/a"));
}

TEST_F(Control, ACancelledRunWaitsForItsDoubtToBeResolved) {
  given(PlanBuilder().step(effect("a")).finally(effect("tidy")));
  ends("a", unknown());
  send(Cancel{CancelRunning::drain, by("ana")});
  EXPECT_EQ(run_status(), state::RunStatus::in_doubt);
  EXPECT_EQ(status("finally/tidy"), StepStatus::waiting);
  send(Resolve{"a", ResolveAs::done, {}, by("ana")});
  EXPECT_EQ(status("finally/tidy"), StepStatus::running);
}

TEST_F(Control, NothingIsTakenAfterTheEndButANote) {
  given(PlanBuilder().step(set("a", "x", "1")));
  send(Cancel{CancelRunning::drain, by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("is over"));
  send(Note{"well done", by("ana")});
  EXPECT_THAT(events(), ElementsAre("run.noted"));
}

TEST_F(Control, ASignalNobodyWaitsForIsRefusedWithThoseThatAre) {
  given(PlanBuilder().step(wait_signal("go", "ready")));
  send(SendSignal{"raedy", {}, by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("waits for ready"));
  send(SendSignal{"ready", Value(7), by("ana")});
  EXPECT_EQ(at("go").outputs.at("payload"), Value(7));
}

TEST_F(Control, ACommandThatIsOnlyRecordedStartsNothing) {
  given(PlanBuilder().step(approve("ok")).step(effect("next")));
  driving_ = Driving::hold;
  send(Vote{"", true, by("ana")});
  EXPECT_EQ(status("ok"), StepStatus::succeeded);
  EXPECT_EQ(status("next"), StepStatus::waiting);
  driving_ = Driving::drive;
  restarts();
  EXPECT_EQ(status("next"), StepStatus::running);
}

TEST_F(Control, AChangedFilePausesBeforeTheStepThatNamesIt) {
  StepBuilder copy = effect("copy");
  copy->pinned.emplace("./copy.sh", "0");
  changed_ = "./copy.sh changed since the start";
  given(PlanBuilder().step(copy));
  EXPECT_EQ(run_status(), state::RunStatus::paused);
  EXPECT_THAT(effects(), IsEmpty());
  changed_ = "";
  send(Continue{by("ana")});
  EXPECT_THAT(effects(), ElementsAre("start copy"));
}

TEST_F(Control, ARunWhoseRequirementDoesNotHoldIsNotCreated) {
  PlanBuilder builder;
  builder.step(effect("a"));
  builder->require.push_back(
      {{"inputs.from ~= inputs.to"}, Template{Value("from and to are the same site")}});
  given(builder, {{"from", Value("east")}, {"to", Value("east")}});
  EXPECT_THAT(refusal(), HasSubstr("from and to are the same site"));
}

class Targets : public CoreTest {
 protected:
  // A step that works on a connection which `inputs.to` chooses.
  void given_target(const std::string& expression, Value to) {
    StepBuilder copy = effect("copy");
    copy->action.target = Template{runbooks::Expression{expression}};
    PlanBuilder plan;
    plan->sites = {{"east", Value::Map{{"db", "db_east"}}}, {"west", Value::Map{{"db", "gone"}}}};
    plan->connections = {{"db_east", {"db", {{"host", Template{Value("east")}}}}}};
    given(plan.step(copy), {{"to", std::move(to)}});
  }
};

TEST_F(Targets, AreInTheIntent) {
  given_target("sites[inputs.to].db", "east");
  EXPECT_EQ(at("copy").target, "db_east");
  EXPECT_EQ(status("copy"), StepStatus::running);
}

TEST_F(Targets, ThatTheProjectDoesNotHaveFailTheStepBeforeItBegins) {
  given_target("sites[inputs.to].db", "west");
  EXPECT_EQ(status("copy"), StepStatus::failed);
  EXPECT_THAT(at("copy").error->message, ::testing::HasSubstr("no connection `gone`"));
}

class Secrecy : public CoreTest {};

TEST_F(Secrecy, AnIntentHoldsNoSecret) {
  StepBuilder copy = effect("copy");
  copy.with("token", Template{runbooks::Expression{"secrets.token"}});
  copy.with("site", Template{runbooks::Expression{"inputs.site"}});
  given(PlanBuilder().step(copy), {{"site", Value("east")}});
  EXPECT_TRUE(at("copy").inputs.at("token").is_null());
  EXPECT_EQ(at("copy").inputs.at("site"), Value("east"));
}

}  // namespace
}  // namespace rung::engine::testing
