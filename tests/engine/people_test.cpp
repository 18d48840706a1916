#include "engine/core/quorum.h"
#include "engine/core/reminders.h"
#include "tests/engine/core_fixture.h"

namespace rung::engine::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Template expression(std::string text) {
  return Template{runbooks::Expression{std::move(text)}};
}

class Approvals : public CoreTest {
 protected:
  PlanBuilder plan_with(StepBuilder consent) {
    PlanBuilder plan;
    plan->people.emplace("dba", runbooks::Person{{"ana", "mira"}, {}});
    plan->people.emplace("lead", runbooks::Person{{"mira", "noor"}, {"leads"}});
    plan.step(std::move(consent)).step(set("then", "who", "steps.consent.by"));
    return plan;
  }
  void given_count(int count) {
    StepBuilder consent = approve("consent", {"dba", "lead"});
    consent->approve.count = count;
    given(plan_with(std::move(consent)));
  }
  void given_each() {
    StepBuilder consent = approve("consent", {"dba", "lead"});
    consent->approve.count = 2;
    consent->approve.is_each = true;
    given(plan_with(std::move(consent)));
  }
  void approves(std::string who, std::string plan = "") {
    send(Vote{"consent", true, by(std::move(who)), std::move(plan)});
  }
};

TEST_F(Approvals, WaitForAsManyPeopleAsAreAsked) {
  given_count(2);
  approves("ana");
  EXPECT_EQ(status("consent"), StepStatus::running);
  EXPECT_EQ(decision_.notice, "consent needs 1 more");
  approves("noor");
  EXPECT_EQ(status("consent"), StepStatus::succeeded);
}

TEST_F(Approvals, CountNobodyTwice) {
  given_count(2);
  approves("ana");
  approves("ana");
  EXPECT_THAT(refusal(), HasSubstr("ana has approved consent already; it needs 1 more"));
  EXPECT_EQ(at("consent").votes.size(), 1U);
}

TEST_F(Approvals, OfWhoeverIsNotNamedAreRefusedAndLoseNothing) {
  given_count(2);
  approves("ana");
  approves("zoe");
  EXPECT_THAT(refusal(), HasSubstr("zoe may not decide consent"));
  EXPECT_EQ(at("consent").votes.size(), 1U);
  EXPECT_EQ(status("consent"), StepStatus::running);
}

TEST_F(Approvals, OfEachNameNeedOneOfEach) {
  given_each();
  approves("noor");
  EXPECT_EQ(decision_.notice, "consent needs one of dba");
  approves("ana");
  EXPECT_EQ(status("consent"), StepStatus::succeeded);
}

TEST_F(Approvals, OfEachNameTakeAPersonOfTwoForWhicheverIsMissing) {
  given_each();
  approves("mira");  // of both
  EXPECT_EQ(status("consent"), StepStatus::running);
  approves("ana");
  EXPECT_EQ(status("consent"), StepStatus::succeeded);
}

TEST_F(Approvals, OfEachNameMoveAPersonOfTwoWhereAnotherFitsOnlyOne) {
  given_each();
  approves("mira");
  approves("noor");
  EXPECT_EQ(status("consent"), StepStatus::succeeded);
}

TEST_F(Approvals, ForAnotherPlanAreRefused) {
  given_count(1);
  approves("ana", "ffffffffff");
  EXPECT_THAT(refusal(), HasSubstr("not ffffffffff"));
  approves("ana", state_.created->plan.substr(0, 3));
  EXPECT_THAT(refusal(), HasSubstr("is too short"));
  approves("ana", state_.created->plan.substr(0, 6));
  EXPECT_EQ(status("consent"), StepStatus::succeeded) << refusal();
}

TEST_F(Approvals, RecordThePlanAndTheNamesThatTheyStandFor) {
  given_count(2);
  approves("mira");
  const auto& vote = at("consent").votes.front();
  EXPECT_EQ(vote.plan, state_.created->plan);
  EXPECT_THAT(vote.as, ElementsAre("dba", "lead"));
}

class Drift : public Approvals {
 protected:
  // Beside the approval a step runs whose outcome the approval shows.
  void given_shown_status() {
    StepBuilder consent = approve("consent", {"dba", "lead"});
    consent->approve.count = 2;
    consent->approve.show.emplace("copy", expression("steps.copy.status"));
    PlanBuilder plan;
    plan->people.emplace("dba", runbooks::Person{{"ana", "noor"}, {}});
    plan->people.emplace("lead", runbooks::Person{{"noor"}, {}});
    plan.step(parallel("both", {std::move(consent), effect("copy")}));
    given(std::move(plan));
  }
};

TEST_F(Drift, AsksAgainWithOldAndNewValues) {
  given_shown_status();
  approves("ana");
  ends("copy", Done{});
  approves("noor");
  EXPECT_THAT(events(), ElementsAre("approval.voted both/consent", "approval.voided both/consent"));
  const auto& shown = at("consent").shown;
  EXPECT_EQ(*shown.at("show").member("copy"), Value("succeeded"));
  EXPECT_EQ(*shown.at("was").member("show")->member("copy"), Value("waiting"));
  EXPECT_THAT(at("consent").votes, IsEmpty());
  EXPECT_THAT(decision_.notice, HasSubstr("is asked again"));
}

TEST_F(Drift, TakesTheSamePeopleForWhatIsSoNow) {
  given_shown_status();
  approves("ana");
  ends("copy", Done{});
  approves("noor");
  approves("noor");
  approves("ana");
  EXPECT_EQ(status("consent"), StepStatus::succeeded) << refusal();
}

TEST_F(Drift, OutlivesTheEngine) {
  given_shown_status();
  approves("ana");
  ends("copy", Done{});
  approves("noor");
  state_ = fold(*graph_, state_.id, journal_).value();
  restarts();
  EXPECT_THAT(at("consent").votes, IsEmpty());
  EXPECT_EQ(status("consent"), StepStatus::running);
}

class Commanding : public CoreTest {
 protected:
  void given_wait(bool names_commanders = false) {
    PlanBuilder plan;
    if (names_commanders)
      plan->people.emplace("commander", runbooks::Person{{"mira"}, {"incident"}});
    plan.step(approve("consent", {"commander"}));
    given(std::move(plan));
  }
};

TEST_F(Commanding, IsWithWhoeverStartedTheRun) {
  given_wait();
  EXPECT_EQ(state_.commander, "li");
}

TEST_F(Commanding, IsTakenAndHandedOver) {
  given_wait();
  send(TakeCommand{by("ana")});
  EXPECT_EQ(state_.commander, "ana");
  send(HandCommand{by("noor"), by("ana")});
  EXPECT_EQ(state_.commander, "noor");
  EXPECT_EQ(fold(*graph_, state_.id, journal_).value().commander, "noor");
}

TEST_F(Commanding, IsHandedOverOnlyByWhoeverHasIt) {
  given_wait();
  send(HandCommand{by("noor"), by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("li commands try-42, not ana"));
  send(TakeCommand{by("li")});
  EXPECT_THAT(refusal(), HasSubstr("li commands try-42 already"));
}

TEST_F(Commanding, IsForThoseWhomTheProjectNames) {
  given_wait(true);
  EXPECT_EQ(state_.commander, "");
  send(TakeCommand{by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("ana is not among those whom `people:` names as commander"));
  send(TakeCommand{by("ana", {"incident"})});
  EXPECT_EQ(state_.commander, "ana");
}

TEST_F(Commanding, DecidesWhatAsksTheCommander) {
  given_wait();
  send(Vote{"consent", true, by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("ana may not decide consent"));
  send(TakeCommand{by("ana")});
  send(Vote{"consent", true, by("ana")});
  EXPECT_EQ(status("consent"), StepStatus::succeeded) << refusal();
}

class Reminders : public CoreTest {
 protected:
  void given_task(Duration escalate = {}) {
    PlanBuilder plan;
    plan->people.emplace("dba", runbooks::Person{{"ana"}, {}});
    plan->people.emplace("lead", runbooks::Person{{"mira"}, {}});
    StepBuilder task = manual("task");
    task->manual.by = {"dba"};
    task->reminding = {10min, escalate, {"lead"}};
    plan.step(std::move(task));
    given(std::move(plan));
  }
  void passes(Duration time) {
    pass(time);
    send(PassTime{});
  }
  std::int64_t reminders() const {
    return state_.asking.at(node_of(*graph_->find("task"))).reminders;
  }
};

TEST_F(Reminders, ComeAsOftenAsWasSaid) {
  given_task();
  passes(9min);
  EXPECT_THAT(events(), IsEmpty());
  passes(1min);
  EXPECT_THAT(events(), ElementsAre("people.reminded task"));
  passes(10min);
  EXPECT_EQ(reminders(), 2);
}

TEST_F(Reminders, AreTimedWithTheRun) {
  given_task();
  EXPECT_EQ(next_due(state_).utc(), clock_.now().utc + 10min);
}

TEST_F(Reminders, ThatNoEngineWasThereForAreOneEvent) {
  given_task();
  pass(45min);
  restarts();
  EXPECT_EQ(reminders(), 4);
  EXPECT_THAT(events(), ElementsAre("run.claimed", "people.reminded task"));
}

TEST_F(Reminders, ComeToAnEnd) {
  given_task();
  for (int n = 0; n < 40; ++n) passes(10min);
  EXPECT_EQ(reminders(), kMostReminders);
  EXPECT_TRUE(next_due(state_).is_empty());
}

TEST_F(Reminders, AreNoChangeButAnEscalationIs) {
  given_task();
  EXPECT_FALSE(changes_by_time(*graph_, state_));
  given_task(5min);
  EXPECT_TRUE(changes_by_time(*graph_, state_));
  passes(5min);
  EXPECT_FALSE(changes_by_time(*graph_, state_));
}

TEST_F(Reminders, EndWithTheWaiting) {
  given_task();
  send(FinishManual{"task", {}, by("ana")});
  EXPECT_TRUE(state_.asking.empty());
  EXPECT_TRUE(next_due(state_).is_empty());
}

TEST_F(Reminders, AskOthersWhenNobodyAnswers) {
  given_task(5min);
  send(FinishManual{"task", {}, by("mira")});
  EXPECT_THAT(refusal(), HasSubstr("mira is not among those"));
  passes(5min);
  EXPECT_THAT(std::get<state::Reminded>(decision_.events.at(0).payload).to, ElementsAre("lead"));
  passes(1min);
  EXPECT_THAT(events(), IsEmpty());
  send(FinishManual{"task", {}, by("mira")});
  EXPECT_EQ(status("task"), StepStatus::succeeded) << refusal();
}

class Pauses : public CoreTest {
 protected:
  void given_pause(runbooks::PauseSpec pause) {
    PlanBuilder plan;
    plan->pause = pause;
    plan.step(effect("copy").undo()).step(effect("more"));
    given(std::move(plan));
    ends("copy", Done{});
    ends("more", failed());
    ASSERT_EQ(run_status(), state::RunStatus::paused);
  }
  void passes(Duration time) {
    pass(time);
    send(PassTime{});
  }
};

TEST_F(Pauses, RemindPeople) {
  given_pause({10min, {}, runbooks::AfterPause::fail});
  passes(10min);
  EXPECT_THAT(events(), ElementsAre("people.reminded"));
  send(RetryStep{"more", by("ana")});
  EXPECT_TRUE(state_.asking.empty());
}

TEST_F(Pauses, EndTheRunWhenTheyLastTooLong) {
  given_pause({10min, 30min, runbooks::AfterPause::fail});
  passes(29min);
  EXPECT_EQ(run_status(), state::RunStatus::paused);
  passes(1min);
  EXPECT_EQ(run_status(), state::RunStatus::failed);
  EXPECT_THAT(state_.finished->reason, HasSubstr("paused for 30m"));
}

TEST_F(Pauses, CanEndInTheUndo) {
  given_pause({{}, 30min, runbooks::AfterPause::undo_run});
  passes(30min);
  EXPECT_EQ(run_status(), state::RunStatus::undoing);
}

TEST_F(Pauses, ForAChangedFileOrARestoredStoreWaitForAPerson) {
  PlanBuilder plan;
  plan->pause = {{}, 30min, runbooks::AfterPause::fail};
  StepBuilder copy = effect("copy");
  copy->pinned = {{"copy.sh", "00"}};
  changed_ = "copy.sh has changed";
  plan.step(std::move(copy));
  given(std::move(plan));
  ASSERT_EQ(run_status(), state::RunStatus::paused);
  passes(1h);
  EXPECT_EQ(run_status(), state::RunStatus::paused);
}

TEST_F(Pauses, ThatAPersonAskedForDoNotEndByThemselves) {
  PlanBuilder plan;
  plan->pause = {{}, 30min, runbooks::AfterPause::fail};
  plan.step(wait_for("settle", 5h));
  given(std::move(plan));
  send(Pause{by("ana")});
  passes(1h);
  EXPECT_EQ(run_status(), state::RunStatus::paused);
}

}  // namespace
}  // namespace rung::engine::testing
