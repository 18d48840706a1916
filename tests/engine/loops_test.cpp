#include "engine/core/scope.h"
#include "tests/engine/core_fixture.h"

#include <gmock/gmock.h>

// `for_each`: the same steps once for each item.
namespace rung::engine::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ForEach : public CoreTest {
 protected:
  // The items go by themselves: a, b, c.
  static StepBuilder loop(std::vector<StepBuilder> children, int max_parallel = 1) {
    StepBuilder step = each_of("tiers", "inputs.list", std::move(children));
    step->loop->max_parallel = max_parallel;
    return step;
  }
  static Value::Map list(Value::List items) { return {{"list", Value(std::move(items))}}; }
  static Value::Map abc() { return list({"a", "b", "c"}); }
  Value eval(const std::string& expression, const std::string& from) {
    const RunScope scope(*graph_, state_, tree().find(from));
    auto value = evaluator_->evaluate(expression, scope);
    EXPECT_TRUE(value) << value.error().message();
    return value ? value.value() : Value();
  }
};

TEST_F(ForEach, RunsItsStepsForOneItemAfterTheOther) {
  given(PlanBuilder().step(loop({effect("put")})).step(effect("next")), abc());
  EXPECT_THAT(effects(), ElementsAre("start tiers/a/put"));
  ends("tiers/a/put", Done{});
  EXPECT_THAT(effects(), Contains("start tiers/b/put"));
  ends("tiers/b/put", Done{});
  ends("tiers/c/put", Done{});
  EXPECT_EQ(status("tiers"), StepStatus::succeeded);
  EXPECT_THAT(effects(), Contains("start next"));
}

TEST_F(ForEach, StartsAsManyAtOnceAsItMay) {
  given(PlanBuilder().step(loop({effect("put")}, 2)), abc());
  EXPECT_THAT(effects(), ElementsAre("start tiers/a/put", "start tiers/b/put"));
  ends("tiers/b/put", Done{});
  EXPECT_THAT(effects(), Contains("start tiers/c/put"));
}

TEST_F(ForEach, IsOverAtOnceWithoutItems) {
  given(PlanBuilder().step(loop({effect("put")})).step(effect("next")), list({}));
  EXPECT_THAT(effects(), ElementsAre("start next"));
}

TEST_F(ForEach, LeavesOutAnItemThatIsNotWanted) {
  StepBuilder step = loop({effect("put")});
  step.first_child()->when = {"item ~= \"b\""};
  given(PlanBuilder().step(step), abc());
  ends("tiers/a/put", Done{});
  EXPECT_EQ(status("tiers/b"), StepStatus::skipped);
  EXPECT_THAT(effects(), Contains("start tiers/c/put"));
}

TEST_F(ForEach, ShowsItsStepsTheItem) {
  given(PlanBuilder().step(loop({set("name", "text", "\"tier \" .. item"), effect("put")})), abc());
  EXPECT_EQ(at("tiers/a/name").outputs.at("text"), Value("tier a"));
  EXPECT_EQ(eval("steps.name.text", "tiers/a/put"), Value("tier a"));
}

TEST_F(ForEach, GivesEachItemAKeyOfItsOwn) {
  given(PlanBuilder().step(loop({effect("put")}, 2)), abc());
  EXPECT_NE(key_of(state_, "tiers/a/put", 0), key_of(state_, "tiers/b/put", 0));
}

TEST_F(ForEach, PutsNoSlashOfAKeyIntoTheAddress) {
  given(PlanBuilder().step(loop({effect("put")})), list({"a/b"}));
  EXPECT_THAT(effects(), ElementsAre("start tiers/a%2Fb/put"));
}

TEST_F(ForEach, CallsThingsByTheirPositionAndMembersByTheirName) {
  given(PlanBuilder().step(loop({effect("put")}, 2)),
        {{"list", Value::List{Value::Map{{"x", 1}}, Value::Map{{"x", 2}}}}});
  EXPECT_THAT(effects(), ElementsAre("start tiers/1/put", "start tiers/2/put"));
  given(PlanBuilder().step(loop({effect("put")})), {{"list", Value::Map{{"east", 1}}}});
  EXPECT_THAT(effects(), ElementsAre("start tiers/east/put"));
  EXPECT_EQ(eval("item.value", "tiers/east/put"), Value(1));
}

TEST_F(ForEach, CallsAnItemByItsKeyWhereThereIsOne) {
  StepBuilder step = loop({effect("put")});
  step->loop->key = Template{runbooks::Expression{"item.name"}};
  given(PlanBuilder().step(step), list({Value::Map{{"name", "cloud"}}}));
  EXPECT_THAT(effects(), ElementsAre("start tiers/cloud/put"));
}

TEST_F(ForEach, FailsWhereAKeyIsNoText) {
  StepBuilder step = loop({effect("put")});
  step->loop->key = Template{runbooks::Expression{"sub(item, 1, 1)"}};
  given(PlanBuilder().step(step), list({"\xC3\xA9"}));
  EXPECT_EQ(status("tiers"), StepStatus::failed);
  EXPECT_THAT(at("tiers").error->message, HasSubstr("key: of item 1 is not UTF-8"));
}

TEST_F(ForEach, FailsWhereTwoItemsHaveTheSameKey) {
  given(PlanBuilder().step(loop({effect("put")})), list({"a", "b", "a"}));
  EXPECT_EQ(status("tiers"), StepStatus::failed);
  EXPECT_THAT(at("tiers").error->message, HasSubstr("items 1 and 3 have the same key, a"));
}

TEST_F(ForEach, FailsWhereThereIsNoListToGoThrough) {
  given(PlanBuilder().step(loop({effect("put")})), {{"list", 3}});
  EXPECT_THAT(at("tiers").error->message, HasSubstr("a list or a map is needed"));
}

TEST_F(ForEach, PausesAtAFailureAndGoesOnAfterARetry) {
  given(PlanBuilder().step(loop({effect("put")})), abc());
  ends("tiers/a/put", failed());
  EXPECT_EQ(run_status(), state::RunStatus::paused);
  send(RetryStep{"tiers/a/put", by("ana")});
  EXPECT_THAT(effects(), ElementsAre("start tiers/a/put"));
  ends("tiers/a/put", Done{});
  EXPECT_THAT(effects(), Contains("start tiers/b/put"));
}

TEST_F(ForEach, DoesWithoutAsManyItemsAsItTolerates) {
  StepBuilder step = loop({effect("put"), effect("check")});
  step->loop->tolerate = 1;
  given(PlanBuilder().step(step), abc());
  ends("tiers/a/put", failed());
  EXPECT_EQ(status("tiers/a"), StepStatus::failed);
  EXPECT_TRUE(at("tiers/a").is_tolerated);
  EXPECT_EQ(status("tiers/a/check"), StepStatus::skipped);
  EXPECT_THAT(effects(), Contains("start tiers/b/put"));
  ends("tiers/b/put", failed());
  EXPECT_EQ(run_status(), state::RunStatus::paused);
}

TEST_F(ForEach, TellsWhatBecameOfEachItem) {
  StepBuilder step = loop({effect("put")});
  step->loop->tolerate = 1;
  step.first_child()->when = {"item ~= \"c\""};
  given(PlanBuilder().step(step).step(effect("next")), abc());
  ends("tiers/a/put", Done{{{"bytes", 7}}, false});
  ends("tiers/b/put", failed());
  EXPECT_EQ(eval("steps.tiers.succeeded", "next"), Value(1));
  EXPECT_EQ(eval("steps.tiers.failed", "next"), Value(1));
  EXPECT_EQ(eval("steps.tiers.skipped", "next"), Value(1));
  EXPECT_EQ(eval("steps.tiers.results[1].outputs.put.bytes", "next"), Value(7));
  EXPECT_EQ(eval("steps.tiers.by_key.b.error.message", "next"), Value("tiers/b/put: no"));
}

TEST_F(ForEach, UndoesTheItemsInReverseOrder) {
  given(PlanBuilder().step(loop({effect("put").undo()})).step(wait_signal("hold", "go")), abc());
  for (const char* step : {"tiers/a/put", "tiers/b/put", "tiers/c/put"}) ends(step, Done{});
  send(Undo{by("ana")});
  EXPECT_THAT(effects(), ElementsAre("start tiers/c/put@undo"));
  ends("tiers/c/put@undo", Done{});
  EXPECT_THAT(effects(), Contains("start tiers/b/put@undo"));
  ends("tiers/b/put@undo", Done{});
  ends("tiers/a/put@undo", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::undone);
}

TEST_F(ForEach, StandsInAnotherOne) {
  StepBuilder inner = each_of("disks", "item.disks", {effect("wipe")});
  inner->loop->item = "disk";
  StepBuilder outer = loop({inner, effect("off")});
  outer->loop->key = Template{runbooks::Expression{"item.name"}};
  given(PlanBuilder().step(outer),
        list({Value::Map{{"name", "n1"}, {"disks", Value::List{"sda", "sdb"}}},
              Value::Map{{"name", "n2"}, {"disks", Value::List{"sda"}}}}));
  EXPECT_THAT(effects(), ElementsAre("start tiers/n1/disks/sda/wipe"));
  EXPECT_EQ(eval("disk .. \" of \" .. item.name", "tiers/n1/disks/sda/wipe"), Value("sda of n1"));
  ends("tiers/n1/disks/sda/wipe", Done{});
  ends("tiers/n1/disks/sdb/wipe", Done{});
  EXPECT_THAT(effects(), Contains("start tiers/n1/off"));
  ends("tiers/n1/off", Done{});
  EXPECT_THAT(effects(), Contains("start tiers/n2/disks/sda/wipe"));
  ends("tiers/n2/disks/sda/wipe", Done{});
  ends("tiers/n2/off", Done{});
  EXPECT_EQ(run_status(), state::RunStatus::succeeded);
}

TEST_F(ForEach, IsFoldedAgainToTheSame) {
  given(PlanBuilder().step(loop({effect("put")}, 2)), abc());
  ends("tiers/b/put", Done{});
  const auto again = fold(*graph_, state_.id, journal_);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again.value().ready, state_.ready);
  EXPECT_EQ(again.value().active, state_.active);
  EXPECT_EQ(again.value().steps.size(), state_.steps.size());
}

TEST_F(ForEach, TakesNoAddressOfItsPattern) {
  given(PlanBuilder().step(loop({effect("put")})), abc());
  send(SkipStep{"tiers/*/put", {}, by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("has no step tiers/*/put"));
  EXPECT_THAT(effects(), IsEmpty());
}

class NestedFailure : public CoreTest {};

TEST_F(NestedFailure, EndsTheGroupsInItBeforeTheOneThatToleratesIt) {
  StepBuilder outer = group("outer", {group("inner", {effect("a"), effect("b")})});
  outer->tolerate = "known";
  given(PlanBuilder().step(outer).step(effect("next")));
  ends("outer/inner/a", failed());
  EXPECT_EQ(status("outer/inner"), StepStatus::failed);
  EXPECT_EQ(status("outer"), StepStatus::failed);
  EXPECT_THAT(effects(), Contains("start next"));
}

}  // namespace
}  // namespace rung::engine::testing
