#include "tests/runbooks/test_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rung::runbooks {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> addresses(const Plan& plan) {
  std::vector<std::string> out;
  for (const auto& step : plan.steps) out.push_back(step.address);
  return out;
}

std::vector<std::string> needs(const Plan& plan, std::string_view id) {
  std::vector<std::string> out;
  for (const auto i : plan.step(*plan.find(id)).needs) out.push_back(plan.step(i).id);
  return out;
}

TEST(Unfold, PutsTheRootsFirstThenReadingOrder) {
  const auto plan = plan_of(runbook_of(R"(- {id: a, uses: test.noop, in_doubt: retry}
- id: g
  steps:
    - {id: b, uses: test.noop, in_doubt: retry}
    - {id: c, uses: test.noop, in_doubt: retry}
- {id: d, uses: test.noop, in_doubt: retry})") +
                            "finally:\n  - {id: tidy, set: {x: 1}}\n");
  EXPECT_THAT(addresses(plan),
              ElementsAre("", "finally", "a", "g", "g/b", "g/c", "d", "finally/tidy"));
}

TEST(Unfold, PutsAnUndoStepRightAfterWhatItUndoes) {
  const auto plan = plan_of_steps(R"(- id: a
  uses: test.noop
  in_doubt: retry
  undo: {command: [rm, x]}
- {id: b, set: {x: 1}})");
  EXPECT_THAT(addresses(plan), ElementsAre("", "finally", "a", "a@undo", "b"));
  EXPECT_EQ(plan.steps[2].undo, StepIndex{3});
  EXPECT_EQ(plan.steps[3].undoes, StepIndex{2});
  EXPECT_THAT(plan.steps[0].children, ElementsAre(StepIndex{2}, StepIndex{4}));
}

TEST(Unfold, PutsALookAtWhatAStepChangesInFrontOfIt) {
  const auto plan = plan_of_steps(R"(- {id: a, set: {x: 1}}
- id: b
  when: steps.a.x == 1
  modes: [planned]
  before: {command: [show], outputs: {old: int}}
  command: [change]
  in_doubt: retry
  undo: {command: [change, "{{ self.before.old }}"]}
- {id: c, set: {x: 1}})");
  EXPECT_THAT(addresses(plan), ElementsAre("", "finally", "a", "b", "b@before", "b@undo", "c"));
  EXPECT_THAT(plan.steps[0].children,
              ElementsAre(StepIndex{2}, StepIndex{4}, StepIndex{3}, StepIndex{6}));
  const Step& look = plan.steps[4];
  EXPECT_EQ(plan.steps[3].before, StepIndex{4});
  EXPECT_THAT(look.needs, ElementsAre(StepIndex{2}));
  EXPECT_THAT(plan.steps[3].needs, ElementsAre(StepIndex{4}));
  EXPECT_EQ(look.when, plan.steps[3].when);
  EXPECT_EQ(look.modes, plan.steps[3].modes);
  EXPECT_EQ(look.in_doubt, InDoubt::retry);
}

TEST(Unfold, ALookBeforeAStepOfAParallelGroupWaitsForNobodyElse) {
  const auto plan = plan_of_steps(R"(- id: both
  parallel:
    - {id: a, before: {command: [show]}, command: [change], in_doubt: retry, undo: none}
    - {id: b, command: [change], in_doubt: retry, undo: none})");
  EXPECT_THAT(plan.step(*plan.find("both/a@before")).needs, IsEmpty());
  EXPECT_THAT(plan.step(*plan.find("both/a")).needs, ElementsAre(*plan.find("both/a@before")));
  EXPECT_THAT(plan.step(*plan.find("both/b")).needs, IsEmpty());
}

TEST(Unfold, ALookBeforeAStepOfAGraphWaitsForWhatItsStepNeeds) {
  const auto plan = plan_of_steps(R"(- {id: a, set: {x: 1}}
- {id: b, set: {x: 1}, needs: [a]}
- {id: c, before: {command: [show]}, command: [change], in_doubt: retry, undo: none, needs: [a, b]})");
  EXPECT_THAT(plan.step(*plan.find("c@before")).needs,
              ElementsAre(*plan.find("a"), *plan.find("b")));
  EXPECT_THAT(plan.step(*plan.find("c")).needs, ElementsAre(*plan.find("c@before")));
}

TEST(Unfold, MakesOneWaitForEachCheckOfAVerification) {
  const auto plan = plan_of_steps(R"(- id: ok
  verify:
    within: 60s
    checks:
      reads: {http: {method: GET, url: "http://west/", expect: code == 200}, successes: 3}
      fast: {http: {method: GET, url: "http://west/"}, expect: p99(elapsed) < 1s, samples: 20})");
  EXPECT_THAT(addresses(plan), ElementsAre("", "finally", "ok", "ok/reads", "ok/fast"));
  EXPECT_TRUE(plan.steps[2].is_verify && plan.steps[2].is_parallel);
  const Step& reads = plan.steps[3];
  EXPECT_EQ(reads.timeout, std::chrono::seconds(60));
  EXPECT_EQ(reads.phase, "verify");
  EXPECT_EQ(reads.watch->until.text, "code == 200");
  EXPECT_EQ(reads.watch->successes, 3);
  EXPECT_EQ(plan.steps[4].watch->samples, 20);
  EXPECT_EQ(plan.steps[4].watch->every, std::chrono::seconds(1));
}

TEST(Unfold, PutsWhatEndsARunBesideTheSteps) {
  const auto plan = plan_of_steps("- {id: a, set: {x: 1}}",
                                  "abort_if: {back: {command: [look], that: exit_code == 0}}\n");
  EXPECT_THAT(addresses(plan), ElementsAre("", "finally", "a", "abort_if/back"));
  EXPECT_TRUE(plan.steps[3].guard && plan.steps[3].watch);
  EXPECT_FALSE(plan.steps[3].parent.has_value());
}

TEST(Unfold, LetsAStepOfASequenceNeedItsPredecessor) {
  const auto plan =
      plan_of_steps("- {id: a, set: {x: 1}}\n- {id: b, set: {x: 1}}\n- {id: c, set: {x: 1}}\n");
  EXPECT_THAT(needs(plan, "a"), IsEmpty());
  EXPECT_THAT(needs(plan, "b"), ElementsAre("a"));
  EXPECT_THAT(needs(plan, "c"), ElementsAre("b"));
}

TEST(Unfold, TakesAListForAGraphAsSoonAsOneStepHasNeeds) {
  const auto plan = plan_of_steps(
      "- {id: a, set: {x: 1}}\n- {id: b, set: {x: 1}}\n- {id: c, needs: [a], set: {x: 1}}\n");
  EXPECT_THAT(needs(plan, "b"), IsEmpty());
  EXPECT_THAT(needs(plan, "c"), ElementsAre("a"));
}

TEST(Unfold, LetsParallelStepsNeedNothing) {
  const auto plan = plan_of_steps(
      "- id: p\n  parallel:\n    - {id: a, set: {x: 1}}\n    - {id: b, set: {x: 1}}\n");
  EXPECT_TRUE(plan.step(*plan.find("p")).is_parallel);
  EXPECT_THAT(needs(plan, "b"), IsEmpty());
}

TEST(Unfold, NamesTheStepsOfACircle) {
  EXPECT_THAT(findings_of_steps(R"(- {id: a, needs: [c], set: {x: 1}}
- {id: b, needs: [a], set: {x: 1}}
- {id: c, needs: [b], set: {x: 1}})"),
              HasSubstr("these steps wait for each other: a needs c needs b needs a"));
}

TEST(Unfold, MaterialisesTheDefaultTimeoutOfAnAttempt) {
  const auto plan = plan_of_steps("- {id: a, uses: test.noop, in_doubt: retry}\n");
  EXPECT_EQ(plan.steps[2].timeout, std::chrono::minutes(5));
}

TEST(Unfold, PrefersTheProjectsTimeoutToTheLanguages) {
  const auto plan = plan_of(runbook_of("- {id: a, uses: test.noop, in_doubt: retry}\n"),
                            "rung: v1\ndefaults: {step: {timeout: 1m}}\n");
  EXPECT_EQ(plan.steps[2].timeout, std::chrono::minutes(1));
}

TEST(Unfold, TurnsHttpGetIntoARequestWithItsMethod) {
  const auto plan = plan_of_steps("- {id: a, uses: http.get, with: {url: \"http://x/\"}}\n");
  EXPECT_EQ(plan.steps[2].action.uses, "http.request");
  EXPECT_EQ(plan.steps[2].action.with.at("method"), Template{Value("GET")});
}

TEST(Unfold, KeepsArgumentsAsText) {
  const auto plan = plan_of_steps("- {id: a, command: [sleep, 5, true, 1.10], in_doubt: retry}\n");
  EXPECT_EQ(plan.steps[2].action.with.at("argv"),
            (Template{Value(Value::List{"sleep", "5", "true", "1.10"})}));
}

TEST(Unfold, TakesTypesFromTheActionsFields) {
  const auto plan =
      plan_of_steps("- {id: a, uses: test.noop, in_doubt: retry, with: {n: \"7\", size: 16MB}}\n");
  EXPECT_EQ(plan.steps[2].action.with.at("n"), Template{Value(7)});
  EXPECT_EQ(plan.steps[2].action.with.at("size"), Template{Value(Bytes{16'000'000})});
}

TEST(Unfold, KeepsTheTypeOfATextThatIsOneExpression) {
  const auto plan =
      plan_of_steps("- {id: a, set: {x: \"{{ run.who }}\", y: \"by {{ run.who }}\"}}\n");
  EXPECT_EQ(plan.steps[2].set.at("x"), Template{Expression{"run.who"}});
  EXPECT_EQ(plan.steps[2].set.at("y"),
            (Template{Template::Text{{"by ", Expression{"run.who"}}, false}}));
}

}  // namespace
}  // namespace rung::runbooks
