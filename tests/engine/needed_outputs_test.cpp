#include "engine/core/needed_outputs.h"
#include "tests/engine/core_fixture.h"

namespace rung::engine::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Template expression(std::string text) {
  return Template{runbooks::Expression{std::move(text)}};
}

class NeededOutputs : public CoreTest {
 protected:
  // `lag` gives `bytes` and, by its action, `code`; `then` reads what `reads` says.
  void given_doubt(const std::string& reads, std::string expect = "") {
    spec_.emplace();
    spec_->outputs = {{"code", Type::integer}};
    StepBuilder lag = effect("lag");
    lag->action.outputs = {{"bytes", Type::size}};
    lag->action.gives = {"code"};
    lag->action.expect.text = std::move(expect);
    PlanBuilder plan;
    plan.step(std::move(lag)).step(set("then", "it", reads));
    given(std::move(plan));
    ends("lag", unknown());
    ASSERT_EQ(status("lag"), StepStatus::in_doubt);
  }
  void done(Value::Map outputs) {
    send(Resolve{"lag", ResolveAs::done, std::move(outputs), by("li")});
  }
};

TEST_F(NeededOutputs, ThatALaterStepReadsAreDemandedByName) {
  given_doubt("steps.lag.bytes");
  done({});
  EXPECT_THAT(refusal(), HasSubstr("bytes (size), which then reads"));
  EXPECT_THAT(refusal(), HasSubstr("-s bytes=..."));
  EXPECT_EQ(status("lag"), StepStatus::in_doubt);
}

TEST_F(NeededOutputs, AreTypedAndGoToTheStepThatReadsThem) {
  given_doubt("steps.lag.outputs.bytes");
  done({{"bytes", Value("16MB")}});
  EXPECT_EQ(status("lag"), StepStatus::succeeded) << refusal();
  EXPECT_EQ(at("then").outputs.at("it"), Value(Bytes{16'000'000}));
}

TEST_F(NeededOutputs, AreAlsoThoseOfTheActionItself) {
  given_doubt("steps.lag.code");
  done({{"code", Value("many")}});
  EXPECT_THAT(refusal(), HasSubstr("output code of lag: \"many\" is not an int"));
  done({{"code", Value("200")}});
  EXPECT_EQ(at("then").outputs.at("it"), Value(std::int64_t{200}));
}

TEST_F(NeededOutputs, CanBeSaidToBeUnknown) {
  given_doubt("steps.lag.bytes == null");
  done({{"bytes", Value("null")}});
  EXPECT_EQ(at("then").outputs.at("it"), Value(true)) << refusal();
}

TEST_F(NeededOutputs, AreNoneWhereNobodyReads) {
  given_doubt("steps.lag.status");
  done({});
  EXPECT_EQ(status("lag"), StepStatus::succeeded) << refusal();
}

TEST_F(NeededOutputs, OfItsExpectAreDemandedAndHeldAgainstIt) {
  given_doubt("1", "code == 200");
  done({});
  EXPECT_THAT(refusal(), HasSubstr("code (int), which its expect reads"));
  done({{"code", Value("500")}});
  EXPECT_THAT(refusal(), HasSubstr("code == 200 does not hold"));
  EXPECT_EQ(status("lag"), StepStatus::in_doubt);
  done({{"code", Value("200")}});
  EXPECT_EQ(status("lag"), StepStatus::succeeded) << refusal();
}

TEST_F(NeededOutputs, OfTheRunAndOfItsUndoAreDemanded) {
  StepBuilder copy = effect("copy");
  copy.undo();
  copy->action.outputs = {{"place", Type::string}, {"size", Type::size}};
  PlanBuilder plan;
  plan.step(std::move(copy));
  plan->outputs = {{"how_much", expression("steps.copy.size")}};
  Plan built = plan.plan();
  built.steps.back().action.with.insert_or_assign("from", expression("self.outputs.place"));
  const Graph graph(built);
  RunState run;
  run.steps.resize(graph.size());
  const auto needed = needed_outputs(graph, run, node_of(*graph.find("copy")));
  ASSERT_EQ(needed.size(), 2U);
  EXPECT_EQ(told(needed, outputs_of(graph.step(*graph.find("copy")), nullptr)),
            "place (string), which copy@undo reads; size (size), which outputs.how_much reads");
}

TEST_F(NeededOutputs, OfStepsThatWillNeverRunAreNotDemanded) {
  given_doubt("steps.lag.bytes");
  send(Cancel{CancelRunning::drain, by("li")});
  done({});
  EXPECT_EQ(status("lag"), StepStatus::succeeded) << refusal();
}

TEST_F(NeededOutputs, OfASkippedStepAreNamedButNotDemanded) {
  StepBuilder copy = effect("copy");
  copy->action.outputs = {{"size", Type::size}};
  PlanBuilder plan;
  plan.step(std::move(copy)).step(set("then", "it", "steps.copy.size"));
  given(std::move(plan));
  ends("copy", failed());
  send(SkipStep{"copy", {}, by("li")});
  EXPECT_EQ(status("copy"), StepStatus::skipped);
  EXPECT_EQ(decision_.notice, "null from now on: size (size), which then reads");
  EXPECT_EQ(at("then").outputs.at("it"), Value());
}

TEST_F(NeededOutputs, GivenToASkipLeaveNothingToSay) {
  StepBuilder copy = effect("copy");
  copy->action.outputs = {{"size", Type::size}};
  PlanBuilder plan;
  plan.step(std::move(copy)).step(set("then", "it", "steps.copy.size"));
  given(std::move(plan));
  ends("copy", failed());
  send(SkipStep{"copy", {{"size", Value("1KB")}}, by("li")});
  EXPECT_EQ(decision_.notice, "");
  EXPECT_EQ(at("then").outputs.at("it"), Value(Bytes{1000}));
}

TEST_F(NeededOutputs, OfATaskAreAskedForAllAtOnce) {
  StepBuilder task = manual("task");
  task->manual.outputs = {{"rack", Type::integer}, {"ticket", Type::string}};
  PlanBuilder plan;
  plan.step(std::move(task));
  given(std::move(plan));
  send(FinishManual{"task", {}, by("li")});
  EXPECT_THAT(refusal(), HasSubstr("rack (int), ticket (string): add  -s rack=... -s ticket=..."));
}

}  // namespace
}  // namespace rung::engine::testing
