#include "engine/core/scope.h"
#include "state/codec.h"
#include "tests/engine/core_fixture.h"

#include <gmock/gmock.h>

// `lua:`: durable scripts.
namespace rung::engine::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

StepBuilder script(std::string id, std::string text) {
  StepBuilder step(std::move(id), StepKind::group);
  step->script = runbooks::ScriptSpec{std::move(text), 10, true};
  step->timeout = std::chrono::minutes(5);
  return step;
}

class ScriptSteps : public CoreTest {
 protected:
  ScriptSteps() {
    spec_ = ActionSpec{};
    spec_->inputs = {{"class", Type::string},
                     {"n", Type::integer},
                     {"deep", Type::map},
                     {"code", Type::string, FieldKind::code},
                     {"token", Type::string, FieldKind::secretive}};
    spec_->outputs = {{"n", Type::integer}};
  }
  static Outcome gives(int n) { return Done{{{"n", n}}, false}; }

  // What the next engine makes of the journal.
  void recover() {
    state_ = fold(*graph_, state_.id, journal_).value();
    evaluator_ = scripting::make_lua_evaluator();
    restarts();
  }
};

constexpr const char* kTwo = R"(
local a = action("test.effect", {class = "once", n = 1}, {id = "a"})
local b = action("test.effect", {class = "once", n = a.n + 1}, {id = "b"})
return {sum = a.n + b.n})";

TEST_F(ScriptSteps, MakeEachCallAStepOfTheRun) {
  given(PlanBuilder().step(script("go", kTwo)).step(effect("next")));
  EXPECT_THAT(events(), ElementsAre("run.claimed", "step.opened go", "script.called go",
                                    "step.started go/a"));
  EXPECT_THAT(effects(), ElementsAre("start go/a"));
  ends("go/a", gives(5));
  EXPECT_THAT(effects(), ElementsAre("forget go/a", "start go/b"));
  ends("go/b", gives(7));
  EXPECT_EQ(at("go").outputs, (Value::Map{{"sum", 12}}));
  EXPECT_THAT(effects(), Contains("start next"));
}

TEST_F(ScriptSteps, GoOnFromTheirRecordAfterACrashAtAnyEvent) {
  given(PlanBuilder().step(script("go", kTwo)));
  ends("go/a", gives(5));
  recover();
  EXPECT_THAT(effects(), ElementsAre("recover go/b"));
  ends("go/b", gives(7));
  EXPECT_EQ(at("go").outputs, (Value::Map{{"sum", 12}}));
}

TEST_F(ScriptSteps, FoldToTheSameStateAsTheyWereDecided) {
  given(PlanBuilder().step(script("go", kTwo)));
  ends("go/a", gives(5));
  const auto again = fold(*graph_, state_.id, journal_).value();
  EXPECT_EQ(again.steps.size(), state_.steps.size());
  EXPECT_EQ(again.ready, state_.ready);
  EXPECT_EQ(again.active, state_.active);
  EXPECT_EQ(again.loops.scripts.of(*tree().find("go"))->digest,
            state_.loops.scripts.of(*tree().find("go"))->digest);
}

TEST_F(ScriptSteps, HoldTheCallsOfAStepInThemUnderItsName) {
  given(PlanBuilder().step(script("go", R"(
    local n = step("free", function()
      return action("test.effect", {class = "read"}, {id = "look"}).n * 10
    end)
    return {n = n})")));
  EXPECT_THAT(effects(), ElementsAre("start go/free/look"));
  recover();
  ends("go/free/look", gives(4));
  EXPECT_EQ(at("go/free").outputs, (Value::Map{{"value", 40}}));
  EXPECT_EQ(at("go").outputs, (Value::Map{{"n", 40}}));
}

TEST_F(ScriptSteps, WaitForTimeAndForSignals) {
  given(PlanBuilder().step(script("go", R"(
    sleep("30s")
    local said = signal("ready", {timeout = "1h"})
    return {said = said.who})")));
  EXPECT_EQ(run_status(), state::RunStatus::waiting);
  pass(std::chrono::seconds(31));
  send(PassTime{});
  EXPECT_THAT(events(), Contains("step.opened go/ready"));
  send(SendSignal{"ready", Value::Map{{"who", "ana"}}, by("ana")});
  EXPECT_EQ(at("go").outputs, (Value::Map{{"said", "ana"}}));
}

TEST_F(ScriptSteps, RecordTimeAndChance) {
  given(PlanBuilder().step(script("go", R"(
    local began, dice = now(), random(1, 1000000)
    action("test.effect", {class = "read"})
    return {began = began, dice = dice})")));
  EXPECT_THAT(events(), Contains("script.noted go"));
  pass(std::chrono::hours(1));
  recover();
  const TimePoint began = at("go").first_started_at.value();
  ends("go/test.effect", gives(1));
  EXPECT_EQ(at("go").outputs.at("began"), Value(began));
}

TEST_F(ScriptSteps, SeeOnlyStepsThatHadEndedWhenTheyBegan) {
  StepBuilder both = parallel("both", {effect("other"), script("go", R"(
    action("test.effect", {class = "read"})
    return {status = steps.other.status})")});
  given(PlanBuilder().step(std::move(both)));
  ends("both/other", gives(1));
  ends("both/go/test.effect", gives(1));
  EXPECT_THAT(at("both/go").error->message,
              HasSubstr("try.yaml:12: steps.other: there is no such"));
}

TEST_F(ScriptSteps, SeeTheModeInWhichTheyBegan) {
  PlanBuilder plan;
  plan.step(script("go", R"(
    action("test.effect", {class = "read"})
    return {mode = mode, of_run = run.mode})"));
  plan->modes = {"planned", "unplanned"};
  given(std::move(plan));
  send(SwitchMode{"unplanned", by("ana")});
  recover();
  ends("go/test.effect", gives(1));
  EXPECT_EQ(state_.mode, "unplanned");
  EXPECT_EQ(at("go").outputs, (Value::Map{{"mode", "planned"}, {"of_run", "planned"}}));
}

TEST_F(ScriptSteps, SeeTheRunEndAsTheyBegan) {
  StepBuilder around = group("around", {effect("first", EffectClass::idempotent)});
  around.finally({script("tidy", R"(
    local a = action("test.effect", {class = "read"}, {id = "a"}).n
    action("test.effect", {class = "once", n = run.failed and 9 or a}, {id = "b", undo = "none"})
    return {failed = run.failed, reason = run.reason})")});
  given(PlanBuilder().step(std::move(around)));
  ends("around/first", gives(1));
  ends("around/finally/tidy/a", gives(1));
  send(Cancel{CancelRunning::drain, by("ana")});
  recover();
  ends("around/finally/tidy/b", gives(1));
  EXPECT_EQ(at("around/finally/tidy").outputs, (Value::Map{{"failed", false}, {"reason", ""}}));
  EXPECT_EQ(run_status(), state::RunStatus::cancelled);
}

// --- failures

TEST_F(ScriptSteps, WaitForAPersonWhereACallOfTheirsFails) {
  given(PlanBuilder().step(script("go", kTwo)));
  ends("go/a", failed());
  EXPECT_EQ(run_status(), state::RunStatus::paused);
  EXPECT_EQ(status("go"), StepStatus::running);
  send(RetryStep{"go/a", by("ana")});
  EXPECT_THAT(effects(), ElementsAre("start go/a"));
  ends("go/a", gives(1));
  EXPECT_THAT(effects(), Contains("start go/b"));
}

TEST_F(ScriptSteps, AreInDoubtWhereTheirCallIs) {
  given(PlanBuilder().step(script("go", kTwo)));
  ends("go/a", unknown());
  EXPECT_EQ(run_status(), state::RunStatus::in_doubt);
  send(Resolve{"go/a", ResolveAs::done, {{"n", 5}}, by("ana")});
  EXPECT_THAT(effects(), ElementsAre("start go/b"));
}

TEST_F(ScriptSteps, AskWhatACallGaveThatAPersonResolves) {
  given(PlanBuilder().step(script("go", kTwo)));
  ends("go/a", unknown());
  send(Resolve{"go/a", ResolveAs::done, {}, by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("n (int), which go reads"));
}

TEST_F(ScriptSteps, GetNilAndTheErrorOfACallThatIsTolerated) {
  given(PlanBuilder().step(script("go", R"(
    local n, why = action("test.effect", {class = "once"}, {tolerate = "a try"})
    return {class = why.class})")));
  ends("go/test.effect", failed(ErrorClass::conflict));
  EXPECT_EQ(at("go").outputs, (Value::Map{{"class", "conflict"}}));
}

TEST_F(ScriptSteps, FailAsTheirAuthorSays) {
  given(PlanBuilder().step(script("go", "step(\"x\", function() fail(\"no room\") end)")));
  EXPECT_EQ(at("go").error->message, "no room");
  EXPECT_EQ(at("go").error->error_class, ErrorClass::refused);
  EXPECT_EQ(status("go/x"), StepStatus::failed);
  EXPECT_EQ(run_status(), state::RunStatus::paused);
}

TEST_F(ScriptSteps, LookAgainButDoNothingAgainWhenTheyAreRetried) {
  given(PlanBuilder().step(script("go", R"(
    action("test.effect", {class = "once"}, {id = "done"})
    local free = step("free", function()
      return action("test.effect", {class = "read"}, {id = "look"}).n
    end)
    if free < 2 then fail("no room") end
    return {free = free})")));
  ends("go/done", gives(0));
  ends("go/free/look", gives(1));
  EXPECT_EQ(at("go").error->message, "no room");
  send(RetryStep{"go", by("ana")});
  EXPECT_THAT(effects(), ElementsAre("start go/free/look"));
  EXPECT_EQ(at("go/free/look").attempts, 2);
  recover();
  EXPECT_THAT(effects(), ElementsAre("recover go/free/look"));
  ends("go/free/look", gives(3));
  EXPECT_EQ(at("go").outputs, (Value::Map{{"free", 3}}));
  EXPECT_EQ(at("go/done").attempts, 1);
}

TEST_F(ScriptSteps, EnterAStepAgainWhoseEffectStaysDone) {
  given(PlanBuilder().step(script("go", R"(
    step("both", function()
      action("test.effect", {class = "once"}, {id = "done"})
      local n = action("test.effect", {class = "read"}, {id = "look"}).n
      if n == 0 then fail("nothing") end
    end))")));
  ends("go/both/done", gives(0));
  ends("go/both/look", gives(0));
  send(RetryStep{"go", by("ana")});
  EXPECT_THAT(effects(), ElementsAre("start go/both/look"));
  ends("go/both/look", gives(1));
  EXPECT_EQ(status("go"), StepStatus::succeeded);
  EXPECT_EQ(status("go/both"), StepStatus::succeeded);
}

TEST_F(ScriptSteps, WaitForAPersonWhereTheirRecordDoesNotFit) {
  given(PlanBuilder().step(script("go", kTwo)).on_failure(runbooks::OnFailure::fail));
  for (state::Event& event : journal_) {
    if (auto* called = std::get_if<state::ScriptCalled>(&event.payload)) called->name = "other";
    if (event.step == "go/a") event.step = "go/other";
  }
  recover();
  ends("go/other", gives(1));
  EXPECT_EQ(run_status(), state::RunStatus::paused);
  EXPECT_THAT(
      state_.paused->detail,
      HasSubstr("go: try.yaml:11: run again, the script does something else than its record "
                "says. Its record has call 1 as action \"other\"; here it makes action "
                "\"a\""));
  send(Continue{by("ana")});
  EXPECT_EQ(run_status(), state::RunStatus::paused);
}

// Makes the run's latest journal one that its script does not fit, of the call "a" in "x".
constexpr const char* kInAStep = R"(
    step("x", function()
      local n = action("test.effect", {class = "read"}, {id = "a"}).n
      action("test.effect", {class = "once", n = n}, {id = "b", undo = "none"})
    end)
    return {n = 1})";

class StrayedScript : public ScriptSteps {
 protected:
  void strays(const std::string& address) {
    const std::string before = address + "/x/a";
    for (state::Event& event : journal_) {
      auto* called = std::get_if<state::ScriptCalled>(&event.payload);
      if (called != nullptr && called->name == "a") called->name = "other";
      if (event.step == before) event.step = address + "/x/other";
    }
    recover();
    ends(address + "/x/other", gives(1));
    ASSERT_EQ(run_status(), state::RunStatus::paused);
  }
};

TEST_F(StrayedScript, IsSkippedByAPersonAndTheRunGoesOn) {
  given(PlanBuilder().step(script("go", kInAStep)).step(effect("next")));
  strays("go");
  send(SkipStep{"go", {}, by("ana")});
  EXPECT_EQ(status("go"), StepStatus::skipped);
  EXPECT_EQ(status("go/x"), StepStatus::failed);
  EXPECT_THAT(effects(), Contains("start next"));
  recover();
  ends("next", gives(1));
  EXPECT_EQ(run_status(), state::RunStatus::succeeded);
}

TEST_F(StrayedScript, HoldsNoRunForEverThatEnds) {
  StepBuilder around = group("around", {effect("first", EffectClass::idempotent)});
  around.finally({script("tidy", kInAStep)});
  given(PlanBuilder().step(std::move(around)));
  ends("around/first", gives(1));
  strays("around/finally/tidy");
  send(Cancel{CancelRunning::drain, by("ana")});
  EXPECT_NE(run_status(), state::RunStatus::cancelled);
  send(SkipStep{"around/finally/tidy", {}, by("ana")});
  recover();
  EXPECT_EQ(run_status(), state::RunStatus::cancelled);
}

TEST_F(StrayedScript, IsTheOnlyRunningScriptThatIsSkipped) {
  given(PlanBuilder().step(script("go", kInAStep)));
  send(Pause{by("ana")});
  send(SkipStep{"go", {}, by("ana")});
  EXPECT_THAT(refusal(), HasSubstr("is running: it is no failed or waiting"));
}

TEST_F(ScriptSteps, EndWithTheirGroupWhereThatToleratesTheFailure) {
  StepBuilder around = group("around", {script("go", kTwo)});
  around->tolerate = "not needed";
  given(PlanBuilder().step(std::move(around)).step(effect("next")));
  ends("go/a", failed());
  EXPECT_EQ(status("around/go"), StepStatus::failed);
  EXPECT_THAT(effects(), Contains("start next"));
}

TEST_F(ScriptSteps, MakeNoCallWhileTheRunIsPausedOrEnding) {
  given(PlanBuilder().step(script("go", kTwo)));
  send(Pause{by("ana")});
  ends("go/a", gives(1));
  EXPECT_THAT(effects(), ElementsAre("forget go/a"));
  send(Cancel{CancelRunning::drain, by("ana")});
  EXPECT_EQ(run_status(), state::RunStatus::cancelled);
  EXPECT_EQ(state_.at(*tree().find("go")).status, StepStatus::failed);
}

// --- undo

TEST_F(ScriptSteps, AreUndoneCallByCall) {
  given(PlanBuilder().step(script("go", R"(
    local undo = {uses = "test.effect", with = {class = "once", n = 9}}
    action("test.effect", {class = "once"}, {id = "a", undo = undo})
    action("test.effect", {class = "once"}, {id = "b", undo = undo})
    action("test.effect", {class = "once"}, {id = "c", undo = "none"}))")));
  ends("go/a", gives(1));
  ends("go/b", gives(1));
  ends("go/c", failed());
  send(Undo{by("ana")});
  EXPECT_THAT(effects(), ElementsAre("start go/b@undo"));
  recover();
  ends("go/b@undo", gives(1));
  EXPECT_THAT(effects(), Contains("start go/a@undo"));
  ends("go/a@undo", gives(1));
  EXPECT_EQ(run_status(), state::RunStatus::undone);
  EXPECT_EQ(status("go/a"), StepStatus::undone);
}

// --- loops

TEST_F(ScriptSteps, RunOnceForEachItemOfALoop) {
  given(PlanBuilder()
            .step(each_of("each", "{4, 5}", {script("go", R"(
    local a = action("test.effect", {class = "once", n = item}, {id = "a"})
    return {n = a.n + item})")}))
            .step(effect("next")));
  EXPECT_THAT(effects(), ElementsAre("start each/4/go/a"));
  ends("each/4/go/a", gives(1));
  EXPECT_THAT(effects(), Contains("start each/5/go/a"));
  recover();
  ends("each/5/go/a", gives(1));
  EXPECT_EQ(at("each/4/go").outputs, (Value::Map{{"n", 5}}));
  EXPECT_EQ(at("each/5/go").outputs, (Value::Map{{"n", 6}}));
  EXPECT_THAT(effects(), Contains("start next"));
}

// --- what a call may be

struct BadCall {
  const char* name;
  const char* text;
  const char* message;
};
void PrintTo(const BadCall& call, std::ostream* out) {
  *out << call.name;
}
class BadScriptCall : public ScriptSteps, public ::testing::WithParamInterface<BadCall> {};

TEST_P(BadScriptCall, FailsTheScriptBeforeAnyEffect) {
  given(PlanBuilder().step(script("go", GetParam().text)));
  ASSERT_EQ(status("go"), StepStatus::failed);
  EXPECT_THAT(at("go").error->message, HasSubstr(GetParam().message));
  EXPECT_THAT(effects(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadScriptCall,
    ::testing::Values(
        BadCall{
            "Input", "action(\"test.effect\", {klass = \"once\"})",
            "try.yaml:10: action(\"test.effect\"): test.effect has no input `klass`; it has class"},
        BadCall{"Option", "action(\"test.effect\", {class = \"once\"}, {timeot = \"1s\"})",
                "there is no option `timeot`"},
        BadCall{"Duration", "action(\"test.effect\", {class = \"once\"}, {timeout = 5})",
                "`timeout`"},
        BadCall{"Code", "action(\"test.effect\", {code = \"rm \" .. run.id})",
                "code is written out in one piece"},
        BadCall{"SecretPlace", "action(\"test.effect\", {class = secrets.a})",
                "`class` takes no secret"},
        BadCall{"SecretName", "action(\"test.effect\", {token = secrets.a})",
                "there is no secret `a`"},
        BadCall{"Target", "action(\"test.effect\", {class = \"once\"}, {target = \"db\"})",
                "takes no target"},
        BadCall{
            "UndoInput",
            "action(\"test.effect\", {class = \"once\"}, {undo = {uses = \"test.effect\", with = "
            "{x = 1}}})",
            "its undo: test.effect has no input `x`"}),
    [](const auto& call) { return std::string(call.param.name); });

TEST_F(ScriptSteps, SayHowEachEffectIsUndoneWhereTheRunMayBe) {
  given(PlanBuilder()
            .step(script("go", "action(\"test.effect\", {class = \"once\"})"))
            .on_failure(runbooks::OnFailure::undo_run));
  EXPECT_THAT(at("go").error->message,
              HasSubstr("the run may be undone, and this does not say how"));
}

TEST_F(ScriptSteps, KeepTheContentOfSecretsOutOfTheJournal) {
  PlanBuilder plan;
  plan.step(
      script("go", "action(\"test.effect\", {class = \"once\", token = \"x \" .. secrets.a})"));
  plan->secrets.emplace("a", runbooks::SecretSource{"A", ""});
  given(std::move(plan));
  EXPECT_THAT(effects(), ElementsAre("start go/test.effect"));
  const auto& called = std::get<state::ScriptCalled>(decision_.events[2].payload);
  EXPECT_EQ(*Value(called.arguments).member("with")->member("token"),
            Value(Value::Map{{"$text", Value::List{"x ", Value::Map{{"$expr", "secrets.a"}}}}}));
  EXPECT_EQ(at("go/test.effect").inputs.at("token"), Value());
}

// --- keys

TEST_F(ScriptSteps, KeepTheKeyOfACallWhileItsOutcomeIsUnknown) {
  given(PlanBuilder().step(
      script("go", "action(\"test.effect\", {class = \"keyed\"}, {id = \"a\"})")));
  const std::int64_t first = at("go/a").generation;
  ends("go/a", unknown());
  pass(std::chrono::minutes(1));
  send(PassTime{});
  EXPECT_THAT(effects(), ElementsAre("start go/a"));
  EXPECT_EQ(at("go/a").generation, first);
}

TEST_F(ScriptSteps, RefuseAJournalThatCallsTwice) {
  given(PlanBuilder().step(script("go", kTwo)));
  state::Event twice = journal_[3];
  ASSERT_TRUE(std::holds_alternative<state::ScriptCalled>(twice.payload));
  EXPECT_EQ(apply(*graph_, state_, twice).error().code(), ErrorCode::corrupt);
}

}  // namespace
}  // namespace rung::engine::testing
