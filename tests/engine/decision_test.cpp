#include "tests/engine/core_fixture.h"

namespace rung::engine::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class DecisionTest : public CoreTest {
 protected:
  void given_decision(Duration after = {}, std::vector<std::string> people = {}) {
    PlanBuilder plan;
    plan->people.emplace("dba", runbooks::Person{{"ana"}, {}});
    StepBuilder way = decision("way", after);
    way->decide.by = std::move(people);
    plan.step(std::move(way)).step(set("then", "went", "steps.way.choice"));
    given(std::move(plan));
  }
};

TEST_F(DecisionTest, ShowsTheQuestionAndWhatTheOptionsMean) {
  given_decision();
  EXPECT_EQ(at("way").shown.at("ask"), Value("which way?"));
  EXPECT_EQ(*at("way").shown.at("options").member("left"), Value("to the left"));
  EXPECT_EQ(run_status(), state::RunStatus::waiting);
}

TEST_F(DecisionTest, GivesTheChoiceToLaterSteps) {
  given_decision();
  send(PickOption{"", "left", by("li")});
  EXPECT_EQ(at("way").outputs.at("choice"), Value("left"));
  EXPECT_EQ(at("way").outputs.at("by"), Value("li"));
  EXPECT_EQ(at("then").outputs.at("went"), Value("left"));
}

TEST_F(DecisionTest, NamesTheOptionsWhereOneIsMisspelt) {
  given_decision();
  send(PickOption{"way", "lefd", by("li")});
  EXPECT_THAT(refusal(),
              HasSubstr("way has no option lefd; it has left, right. Did you mean left?"));
  EXPECT_EQ(status("way"), StepStatus::running);
}

TEST_F(DecisionTest, RefusesWhoeverIsNotNamed) {
  given_decision({}, {"dba"});
  send(PickOption{"way", "left", by("li")});
  EXPECT_THAT(refusal(), HasSubstr("li is not among those who may decide way"));
  send(PickOption{"way", "left", by("ana")});
  EXPECT_EQ(status("way"), StepStatus::succeeded);
}

TEST_F(DecisionTest, TakesTheDefaultAfterItsTime) {
  given_decision(3min);
  pass(2min);
  send(PassTime{});
  EXPECT_EQ(status("way"), StepStatus::running);
  pass(1min);
  send(PassTime{});
  EXPECT_EQ(at("way").outputs.at("choice"), Value("right"));
  EXPECT_EQ(at("way").outputs.at("by"), Value("timeout"));
}

TEST_F(DecisionTest, IsNotTakenTwice) {
  given_decision();
  send(PickOption{"way", "left", by("li")});
  send(PickOption{"way", "right", by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("is over"));
  EXPECT_EQ(at("way").outputs.at("choice"), Value("left"));
}

}  // namespace
}  // namespace rung::engine::testing
