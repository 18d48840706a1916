#include "tests/engine/core_fixture.h"

namespace rung::engine::testing {
namespace {

using ::testing::HasSubstr;

StepBuilder in_mode(StepBuilder step, std::string mode) {
  step->modes = {std::move(mode)};
  return step;
}

StepBuilder acting_on(StepBuilder step, std::string target) {
  step->action.target = Template{Value(std::move(target))};
  return step;
}

class ModesTest : public CoreTest {
 protected:
  void given_modes(PlanBuilder plan, std::vector<std::string> modes) {
    plan->modes = std::move(modes);
    given(std::move(plan));
  }
  // A run of the environment `lab`, which changes `db_lab` and not `db_real`.
  void given_drill(StepBuilder step) {
    PlanBuilder plan;
    plan->environment = "lab";
    plan->connections = {{"db_lab", {"test", {}, true}}, {"db_real", {"test", {}, false}}};
    plan.step(std::move(step));
    given_modes(std::move(plan), {"drill"});
  }
};

TEST_F(ModesTest, AStepOfAnotherModeIsSkipped) {
  PlanBuilder plan;
  plan.step(in_mode(effect("detect"), "unplanned")).step(effect("act"));
  given_modes(std::move(plan), {"planned", "unplanned"});
  EXPECT_EQ(status("detect"), StepStatus::skipped);
  EXPECT_EQ(at("detect").skipped_because, "mode");
  EXPECT_EQ(status("act"), StepStatus::running);
}

TEST_F(ModesTest, AfterASwitchTheStepsOfTheNewModeAreDone) {
  PlanBuilder plan;
  plan.step(effect("drain")).step(in_mode(effect("fence"), "unplanned"));
  given_modes(std::move(plan), {"planned", "unplanned"});
  send(SwitchMode{"unplanned", by("ana")});
  ends("drain", Done{});
  EXPECT_EQ(status("fence"), StepStatus::running);
}

TEST_F(ModesTest, IsNotSwitchedPastThePointOfNoReturn) {
  StepBuilder promote = effect("promote");
  promote->point_of_no_return = "the way back is failback";
  PlanBuilder plan;
  plan.step(std::move(promote));
  given_modes(std::move(plan), {"planned", "unplanned"});
  send(SwitchMode{"unplanned", by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("point of no return, promote"));
}

TEST_F(ModesTest, AnUnknownModeIsRefusedWithThoseThatThereAre) {
  PlanBuilder plan;
  plan.step(effect("a"));
  given_modes(std::move(plan), {"planned", "unplanned"});
  send(SwitchMode{"fast", by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("it has planned, unplanned"));
}

TEST_F(ModesTest, ARunNeverBecomesADrillOrCeasesToBeOne) {
  PlanBuilder plan;
  plan.step(effect("a"));
  given_modes(std::move(plan), {"planned", "drill"});
  send(SwitchMode{"drill", by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("never becomes a drill"));
}

TEST_F(ModesTest, IsKnownToWhatIsRequiredOfTheRun) {
  PlanBuilder plan;
  plan.step(effect("a"));
  plan->require.push_back({{"mode == \"unplanned\""}, Template{Value("not on a nice day")}});
  given_modes(plan, {"unplanned", "planned"});
  EXPECT_EQ(refusal(), "");
  given_modes(std::move(plan), {"planned", "unplanned"});
  EXPECT_THAT(refusal(), HasSubstr("not on a nice day"));
}

TEST_F(ModesTest, ADrillThatWouldChangeWhatIsRealDoesNotBegin) {
  given_drill(acting_on(effect("write"), "db_real"));
  EXPECT_THAT(refusal(), HasSubstr("step write: this is a drill, and `db_real` is the real one"));
}

TEST_F(ModesTest, ADrillBeginsWhereTheStepIsOfAnotherMode) {
  given_drill(in_mode(acting_on(effect("write"), "db_real"), "planned"));
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(status("write"), StepStatus::skipped);
}

TEST_F(ModesTest, ADrillBeginsWhereTheStepDoesNotComeInIt) {
  StepBuilder write = acting_on(effect("write"), "db_real");
  write->when.text = "mode ~= \"drill\"";
  given_drill(std::move(write));
  EXPECT_EQ(refusal(), "");
}

TEST_F(ModesTest, ADrillDoesNotChangeWhatIsRealWhereThatWasNotKnownBefore) {
  StepBuilder write = acting_on(effect("write"), "db_real");
  write->when.text = "run.number == 42 and steps.write.attempts == 0";
  given_drill(std::move(write));
  EXPECT_EQ(status("write"), StepStatus::failed);
  EXPECT_THAT(at("write").error->message, HasSubstr("`db_real` is the real one"));
  EXPECT_EQ(at("write").attempts, 0);
}

TEST_F(ModesTest, ADrillReadsWhatIsReal) {
  given_drill(acting_on(effect("look", EffectClass::read), "db_real"));
  EXPECT_EQ(status("look"), StepStatus::running);
}

TEST_F(ModesTest, ADrillChangesWhatItsEnvironmentPutsInThePlaceOfTheReal) {
  given_drill(acting_on(effect("write"), "db_lab"));
  EXPECT_EQ(status("write"), StepStatus::running);
}

}  // namespace
}  // namespace rung::engine::testing
