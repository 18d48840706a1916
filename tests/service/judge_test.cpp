#include "tests/service/rehearsal_fixture.h"

namespace rung::service {
namespace {

using ::testing::ElementsAre;

// --- each expectation can fail, and says what it got

struct Unmet {
  const char* name;
  const char* expect;
  const char* told;  // "what: got"
};
class UnmetExpectation : public RehearsalTest, public ::testing::WithParamInterface<Unmet> {};

TEST_P(UnmetExpectation, IsToldWithWhatCame) {
  given(
      "  - {id: look, http: {method: GET, url: 'http://{{ inputs.to }}/'}, undo: none}\n"
      "  - {id: small, when: steps.look.code == 1, set: {x: 1}}\n"
      "  - {id: way, decide: {ask: 'which?', options: {left: l, right: r}, default: left, after: "
      "3m}}\n",
      "inputs: {to: {type: string, default: west}}\noutputs: {code: '{{ steps.look.code }}'}\n");
  const std::string keys = std::string("stubs: {look: {}}, expect: {") + GetParam().expect + "}";
  EXPECT_THAT(differences(keys), ElementsAre(GetParam().told));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, UnmetExpectation,
    ::testing::Values(
        Unmet{"status", "status: failed", "status: succeeded"},
        Unmet{"reason", "reason: no", "reason: nothing"},
        Unmet{"refused", "refused: no", "refused: a run, succeeded"},
        Unmet{"order", "order: [way, look]", "order: look, way"},
        Unmet{"ran", "ran: [look, small]", "ran: small is skipped"},
        Unmet{"not_run", "not_run: [look]", "not_run: look is succeeded"},
        Unmet{"skipped", "skipped: [look]", "skipped: look is succeeded"},
        Unmet{"failed", "failed: [look]", "failed: look is succeeded"},
        Unmet{"undone", "undone: [look]", "undone: look is succeeded"},
        Unmet{"output", "outputs: {code: 201}", "outputs.code: 200"},
        Unmet{"missing_output", "outputs: {cod: 200}", "outputs.cod: there is none"},
        Unmet{"step_status", "steps: {small: {status: succeeded}}", "small.status: \"skipped\""},
        Unmet{"step_attempts", "steps: {look: {attempts: 2}}", "look.attempts: 1"},
        Unmet{"step_error", "steps: {look: {error: quota}}", "look.error: no error"},
        Unmet{"step_message", "steps: {look: {message: lost}}", "look.message: no error"},
        Unmet{"step_output", "steps: {way: {outputs: {choice: right}}}", "way.choice: \"left\""},
        Unmet{"that", "that: [steps.look.attempts == 2]", "that: steps.look.attempts == 2: false"},
        Unmet{"received", "received: {look: {url: 'http://east/'}}",
              "received.look.url: \"http://west/\""},
        Unmet{"asked_text", "asked: {way: {text: 'why?'}}", "asked.way.text: \"which?\""},
        Unmet{"asked_of", "asked: {way: {of: [dba]}}", "asked.way.of: []"},
        Unmet{"asked_show", "asked: {way: {show: {a: 1}}}", "asked.way.show.a: there is none"},
        Unmet{"took", "took: 1m", "took: 3m"},
        Unmet{"took_at_least", "took: {at_least: 4m}", "took: 3m"},
        Unmet{"took_at_most", "took: {at_most: 2m}", "took: 3m"}),
    [](const auto& unmet) { return unmet.param.name; });

TEST_F(RehearsalTest, WithoutAWordACaseExpectsSuccess) {
  given("  - {id: no, fail: 'not today'}\n", "on_failure: fail\n");
  EXPECT_THAT(differences("mode: planned"), ElementsAre("status: failed (not today)"));
}

TEST_F(RehearsalTest, AStepThatNeverBeganReceivedAndAskedNothing) {
  given(
      "  - {id: a, when: inputs.yes, command: ['true'], in_doubt: retry}\n"
      "  - {id: b, when: inputs.yes, approve: {ask: go, timeout: 1m, on_timeout: reject}}\n",
      "inputs: {yes: {type: bool, default: false}}\n");
  EXPECT_THAT(differences("expect: {received: {a: {argv: []}}, asked: {b: {text: go}}}"),
              ElementsAre("received.a.argv: it never began", "asked.b: it never was"));
}

// --- what counts as the same value

TEST(Fits, ValuesInTwoSpellings) {
  EXPECT_TRUE(fits(Value("90s"), Value(Duration(std::chrono::seconds(90)))));
  EXPECT_TRUE(fits(Value("16MB"), Value(Bytes{16'000'000})));
  EXPECT_TRUE(fits(Value("20%"), Value(Percent{20})));
  EXPECT_TRUE(
      fits(Value("2026-01-01T12:00:00Z"), Value(TimePoint(std::chrono::seconds(1'767'268'800)))));
  EXPECT_TRUE(fits(Value(2), Value(2.0)));
}

TEST(Fits, NothingOfAnotherKind) {
  EXPECT_FALSE(fits(Value("2"), Value(2)));
  EXPECT_FALSE(fits(Value("true"), Value(true)));
  EXPECT_FALSE(fits(Value("null"), Value()));
  EXPECT_FALSE(fits(Value("9s"), Value(Duration(std::chrono::seconds(90)))));
}

TEST(Fits, AMapByTheMembersThatAreWrittenAndAListAsAWhole) {
  const Value actual = Value::Map{{"a", 1}, {"b", Value::List{1, 2}}};
  EXPECT_TRUE(fits(Value::Map{{"b", Value::List{1, 2}}}, actual));
  EXPECT_FALSE(fits(Value::Map{{"b", Value::List{1}}}, actual));
  EXPECT_FALSE(fits(Value::Map{{"c", 1}}, actual));
}

}  // namespace
}  // namespace rung::service
