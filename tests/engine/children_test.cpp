#include "engine/core/scope.h"
#include "tests/engine/core_fixture.h"

#include <gmock/gmock.h>

// `runbook:`: another runbook as a part of a run.
namespace rung::engine::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Template expression(std::string text) {
  return Template{runbooks::Expression{std::move(text)}};
}

class Children : public CoreTest {
 protected:
  // Takes `site`, computes `vars.what`, does `off`, gives `said`.
  static PlanBuilder with_child(StepBuilder child, Template site) {
    runbooks::Module module;
    module.runbook = "fence";
    module.file = "./fence.yaml";
    module.inputs = {{"site", Type::string, {}, std::nullopt, ""},
                     {"hard", Type::boolean, {}, Value(false), ""}};
    module.require = {{{"inputs.site ~= \"here\""}, Template{Value("never here")}}};
    module.vars = {{"what", expression("\"the \" .. inputs.site")}};
    module.outputs = {{"said", expression("steps.off.said .. \" of \" .. vars.what")}};
    child->child = runbooks::ChildSpec{1, {{"site", std::move(site)}}};
    PlanBuilder plan;
    plan.step(std::move(child)).step(effect("next"));
    plan->modules = {module};
    return plan;
  }
  static StepBuilder fence() {
    StepBuilder off = effect("off");
    off->module = 1;
    off->action.outputs = {{"said", Type::string}};
    off.with("of", expression("inputs.site"));
    return group("fence", {off});
  }
};

TEST_F(Children, SeeWhatTheyAreGivenAndNothingElse) {
  given(with_child(fence(), expression("inputs.to")), {{"to", "west"}});
  EXPECT_THAT(effects(), ElementsAre("start fence/off"));
  EXPECT_EQ(at("fence/off").inputs.at("of"), Value("west"));
}

TEST_F(Children, GiveTheirOutputsToTheStepThatUsesThem) {
  given(with_child(fence(), Template{Value("west")}));
  ends("fence/off", Done{{{"said", "off"}}, false});
  EXPECT_EQ(at("fence").outputs.at("said"), Value("off of the west"));
  EXPECT_THAT(effects(), Contains("start next"));
}

TEST_F(Children, FailWhereTheyRequireSomethingElse) {
  given(with_child(fence(), Template{Value("here")}));
  EXPECT_EQ(status("fence"), StepStatus::failed);
  EXPECT_THAT(at("fence").error->message, HasSubstr("never here"));
}

TEST_F(Children, FailWhereAnInputIsOfAnotherType) {
  given(with_child(fence(), Template{Value(Value::List{1})}));
  EXPECT_THAT(at("fence").error->message, HasSubstr("input `site`"));
}

TEST_F(Children, ArePausedRetriedAndUndoneWithTheirRun) {
  given(with_child(fence(), Template{Value("west")}));
  ends("fence/off", failed());
  EXPECT_EQ(run_status(), state::RunStatus::paused);
  send(RetryStep{"fence/off", by("ana")});
  EXPECT_THAT(effects(), ElementsAre("start fence/off"));
  ends("fence/off", Done{{{"said", "off"}}, false});
  EXPECT_EQ(status("fence"), StepStatus::succeeded);
}

TEST_F(Children, FoldToTheSameAfterACrash) {
  given(with_child(fence(), Template{Value("west")}));
  const auto again = fold(*graph_, state_.id, journal_);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again.value().children, state_.children);
}

}  // namespace
}  // namespace rung::engine::testing
