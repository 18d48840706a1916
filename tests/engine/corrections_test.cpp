#include "engine/core/corrections.h"
#include "engine/core/resolve.h"
#include "tests/engine/core_fixture.h"

namespace rung::engine::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Template expression(std::string text) {
  return Template{runbooks::Expression{std::move(text)}};
}

class Corrections : public CoreTest {
 protected:
  Corrections() {
    spec_.emplace();
    spec_->name = "test.effect";
    spec_->inputs = {{"class", Type::string},
                     {"url", Type::string},
                     {"limit", Type::duration},
                     {"env", Type::map, FieldKind::secretive},
                     {"script", Type::string, FieldKind::code},
                     {"method", Type::enumeration, FieldKind::data, false, "", {"GET", "PUT"}},
                     {"body", Type::any}};
  }
  void given_failed_copy() {
    StepBuilder copy = effect("copy");
    copy.with("url", expression("inputs.url"));
    copy.with("limit", Template{Value(Duration(5s))});
    copy.with("env", Template{Template::Map{{"REGION", Template{Value("east")}},
                                            {"HOST", expression("inputs.url")},
                                            {"PGPASS", expression("secrets.token")}}});
    PlanBuilder plan;
    plan.step(std::move(copy));
    given(std::move(plan), {{"url", Value("http://east")}});
    ends("copy", failed());
    ASSERT_EQ(run_status(), state::RunStatus::paused);
  }
  void retry(Value::Map with) { send(RetryStep{"copy", by("ana"), std::move(with)}); }
  // What the latest attempt was made with, as far as the journal knows.
  Value with(const std::string& field) const {
    const auto i = *tree().find("copy");
    const auto all = visible(*ActionFields::latest(*graph_, state_, i), at("copy").inputs);
    const auto found = all.find(field);
    return found == all.end() ? Value("none") : found->second;
  }
};

TEST_F(Corrections, AreRecordedBeforeTheNextTryIsMadeWithThem) {
  given_failed_copy();
  retry({{"url", Value("http://west")}});
  EXPECT_THAT(events(), ElementsAre("step.corrected copy", "step.reset copy", "run.continued",
                                    "step.started copy"));
  EXPECT_EQ(with("url"), Value("http://west"));
  const auto& corrected = std::get<state::StepCorrected>(decision_.events[0].payload);
  EXPECT_EQ(corrected.who, "ana");
  EXPECT_EQ(corrected.say, "because");
}

TEST_F(Corrections, AreOfTheTypesOfTheAction) {
  given_failed_copy();
  retry({{"limit", Value("30s")}});
  EXPECT_EQ(with("limit"), Value(Duration(30s)));
}

TEST_F(Corrections, ReachOneEntryOfAMapAndLeaveTheOthers) {
  given_failed_copy();
  retry({{"env.REGION", Value("west")}});
  EXPECT_EQ(*with("env").member("REGION"), Value("west"));
  EXPECT_EQ(*with("env").member("HOST"), Value("http://east"));
}

TEST_F(Corrections, AddAnInputThatTheAuthorDidNotGive) {
  given_failed_copy();
  retry({{"method", Value("PUT")}, {"body", Value("{\"a\": 1}")}});
  EXPECT_EQ(with("method"), Value("PUT"));
  EXPECT_EQ(with("body"), Value(Value::Map{{"a", Value(1)}}));
}

TEST_F(Corrections, HoldForLaterTriesAndAddUp) {
  given_failed_copy();
  retry({{"url", Value("http://west")}});
  ends("copy", failed());
  retry({{"limit", Value("1m")}});
  EXPECT_EQ(with("url"), Value("http://west"));
  EXPECT_EQ(with("limit"), Value(Duration(1min)));
  ends("copy", failed());
  send(RetryStep{"copy", by("ana")});
  EXPECT_EQ(with("url"), Value("http://west"));
}

TEST_F(Corrections, OutliveTheEngine) {
  given_failed_copy();
  driving_ = Driving::hold;
  retry({{"url", Value("http://west")}});
  driving_ = Driving::drive;
  state_ = fold(*graph_, state_.id, journal_).value();
  restarts();
  EXPECT_THAT(effects(), ElementsAre("start copy"));
  EXPECT_EQ(with("url"), Value("http://west"));
}

TEST_F(Corrections, LeaveUntoldWhatTheTryBeforeThemWasMadeWith) {
  given_failed_copy();
  driving_ = Driving::hold;
  retry({{"url", Value("http://west")}});
  EXPECT_EQ(with("url"), Value("http://east"));
}

TEST_F(Corrections, CureAnInputThatCouldNotBeComputed) {
  StepBuilder copy = effect("copy");
  copy.with("url", expression("inputs.nowhere.at_all"));
  PlanBuilder plan;
  plan.step(std::move(copy));
  given(std::move(plan), {{"nowhere", Value()}});
  ASSERT_EQ(status("copy"), StepStatus::failed);
  retry({{"url", Value("http://west")}});
  EXPECT_EQ(status("copy"), StepStatus::running);
  EXPECT_EQ(with("url"), Value("http://west"));
}

TEST_F(Corrections, OfADelayedStepStartItAtOnce) {
  StepBuilder copy = effect("copy", EffectClass::idempotent);
  PlanBuilder plan;
  plan.step(std::move(copy));
  given(std::move(plan));
  ends("copy", not_done());
  ASSERT_EQ(status("copy"), StepStatus::backing_off);
  retry({{"url", Value("http://west")}});
  EXPECT_THAT(events(), ElementsAre("step.corrected copy", "step.started copy"));
}

TEST_F(Corrections, ChangeWhatARepetitionWouldDo) {
  given_failed_copy();
  retry({{"class", Value("idempotent")}});
  EXPECT_EQ(at("copy").effect_class, EffectClass::idempotent);
}

struct Refused {
  const char* name;
  const char* key;
  Value value;
  const char* message;
};

class RefusedCorrections : public Corrections, public ::testing::WithParamInterface<Refused> {};

TEST_P(RefusedCorrections, AreToldWhyAndChangeNothing) {
  given_failed_copy();
  const auto before = journal_.size();
  retry({{GetParam().key, GetParam().value}});
  EXPECT_THAT(refusal(), HasSubstr(GetParam().message));
  EXPECT_EQ(journal_.size(), before);
  EXPECT_EQ(status("copy"), StepStatus::failed);
}

INSTANTIATE_TEST_SUITE_P(
    , RefusedCorrections,
    ::testing::Values(
        Refused{"UnknownInput", "ulr", Value("x"),
                "copy (test.effect) has no input ulr; it has class, url, limit, env, method, body. "
                "Did you mean url?"},
        Refused{"WrongType", "limit", Value("soon"), "limit of copy: "},
        Refused{"NoChoice", "method", Value("POST"), "method of copy: it is one of GET, PUT"},
        Refused{"Code", "script", Value("rm -rf /"), "script of copy: it is code"},
        Refused{"Secret", "env.PGPASS", Value("hunter2"),
                "env.PGPASS of copy: it holds a secret, and is not taken"},
        Refused{"WholeFieldWithASecret", "env", Value("{\"A\": 1}"), "it holds a secret"},
        Refused{"NameOfASecret", "env.DB_PASSWORD", Value("hunter2"),
                "env.DB_PASSWORD of copy: it sounds like a secret"},
        Refused{"Expression", "url", Value("{{ inputs.url }}"), "is taken as it is"},
        Refused{"EntryOfAText", "url.host", Value("x"), "`url` has no entries: it is string"}),
    [](const ::testing::TestParamInfo<Refused>& one) { return std::string(one.param.name); });

TEST_F(Corrections, OfAStepWithoutAnActionAreRefused) {
  StepBuilder task = manual("task");
  task->timeout = 1min;
  task->manual.on_timeout = runbooks::OnTimeout::fail;
  PlanBuilder plan;
  plan.step(std::move(task));
  given(std::move(plan));
  pass(2min);
  send(PassTime{});
  send(RetryStep{"task", by("ana"), {{"url", Value("x")}}});
  EXPECT_THAT(refusal(), HasSubstr("task uses no action"));
}

}  // namespace
}  // namespace rung::engine::testing
