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

TEST_F(ModesTest, ADrillDoesNotChangeWhatIsReal) {
  given_drill(acting_on(effect("write"), "db_real"));
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
