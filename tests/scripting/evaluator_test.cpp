#include "scripting/lua_evaluator.h"
#include "tests/scripting/map_scope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace rung::scripting {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class EvaluatorTest : public testing::Test {
 protected:
  Value value(std::string_view expression) {
    auto result = evaluator->evaluate(expression, scope);
    EXPECT_TRUE(result) << expression << ": " << result.error().message();
    return result ? std::move(result).value() : Value("no value");
  }
  std::string refusal(std::string_view expression) {
    auto result = evaluator->evaluate(expression, scope);
    EXPECT_FALSE(result) << expression;
    if (result) return {};
    EXPECT_EQ(result.error().code(), ErrorCode::invalid);
    return result.error().message();
  }

  MapScope scope = example_scope();
  std::unique_ptr<Evaluator> evaluator = make_lua_evaluator();
};

// --- looking up ---

TEST_F(EvaluatorTest, LooksUpOnlyTheNamesThatAreUsed) {
  value("inputs.from == 'west' and steps.lag.lag > 1s");
  EXPECT_THAT(scope.looked_up, ElementsAre("inputs"));
}

TEST_F(EvaluatorTest, LooksUpEachNameOnce) {
  value("inputs.from ~= inputs.to and steps.lag.lag > steps.lag.lag - 1s");
  EXPECT_THAT(scope.looked_up, ElementsAre("inputs", "steps.lag"));
}

TEST_F(EvaluatorTest, FindsAnOutputBesideAndInsideOutputs) {
  EXPECT_EQ(value("steps.lag.lag == steps.lag.outputs.lag"), Value(true));
}

TEST_F(EvaluatorTest, FindsAStepByAComputedName) {
  EXPECT_EQ(value("steps['restart' .. '-agent'].uptime"), value("12s"));
  EXPECT_THAT(refusal("steps[1]"), HasSubstr("named by a string, not by an int"));
}

TEST_F(EvaluatorTest, NamesTheKnownOnesForAnUndefinedName) {
  EXPECT_THAT(refusal("input.from"),
              AllOf(HasSubstr("there is no name `input`"), HasSubstr("did you mean `inputs`?")));
  EXPECT_THAT(refusal("steps.lagg.lag"), HasSubstr("did you mean `lag`?"));
  EXPECT_THAT(refusal("steps.lag.lagg"),
              AllOf(HasSubstr("`steps.lag` has no member `lagg`"), HasSubstr("attempts")));
  EXPECT_THAT(refusal("inputs['fro' .. 'n']"), HasSubstr("did you mean `from`?"));
}

TEST_F(EvaluatorTest, ExplainsAMemberOfNull) {
  EXPECT_THAT(refusal("steps.consent.who.name"),
              AllOf(HasSubstr("`steps.consent.who` is null here"), HasSubstr("was skipped"),
                    HasSubstr("default(steps.consent.who, ...)")));
  EXPECT_THAT(refusal("inputs.nothing[1]"), HasSubstr("`inputs.nothing` is null here"));
}

TEST_F(EvaluatorTest, CountsListsFromOne) {
  EXPECT_EQ(value("inputs.tiers[1]"), Value("gold"));
  EXPECT_EQ(value("inputs.tiers[2]"), Value("silver"));
  EXPECT_THAT(refusal("inputs.tiers[0]"), HasSubstr("first(inputs.tiers)"));
  EXPECT_THAT(refusal("inputs.tiers[-1]"), HasSubstr("last(inputs.tiers)"));
  EXPECT_THAT(refusal("inputs.tiers[3]"), HasSubstr("3 of 2"));
  EXPECT_THAT(refusal("inputs.tiers['a' .. '']"), HasSubstr("numbered from 1"));
  EXPECT_THAT(refusal("inputs.tiers[1.0]"), HasSubstr("a number is no such number"));
}

TEST_F(EvaluatorTest, RefusesMembersOfWhatHasNone) {
  EXPECT_THAT(refusal("mode.x"), HasSubstr("`mode` is a string and has no members"));
  EXPECT_THAT(refusal("steps.tiers.results.status"), HasSubstr("pluck"));
  EXPECT_THAT(refusal("mode[1]"), HasSubstr("sub(x, 1, 3)"));
  EXPECT_THAT(refusal("inputs[1]"), HasSubstr("a map's keys are strings"));
}

// --- comparing ---

TEST_F(EvaluatorTest, RefusesToCompareDifferentTypes) {
  EXPECT_THAT(refusal("alert.labels.replicas > 2"), HasSubstr("make the string an int: int(...)"));
  EXPECT_THAT(refusal("alert.labels.replicas == 3"), HasSubstr("a string is compared with an int"));
  EXPECT_THAT(refusal("steps.lag.lag > 10"), HasSubstr("a duration is compared with an int"));
  EXPECT_THAT(refusal("20% == 20"), HasSubstr("a percent is compared with an int"));
  EXPECT_THAT(refusal("{1, 'a'} == {1, 2}"), HasSubstr("a string is compared with an int"));
  EXPECT_THAT(refusal("true < false"), HasSubstr("has no order"));
}

TEST_F(EvaluatorTest, LetsEverythingBeTestedForNull) {
  for (const auto* expression : {"inputs.nothing == null", "inputs.from ~= nil", "null == nil",
                                 "steps.lag.lag != null", "inputs.tiers ~= null", "10s ~= null"})
    EXPECT_EQ(value(expression), Value(true)) << expression;
  EXPECT_THAT(refusal("inputs.nothing > 5"), HasSubstr("`inputs.nothing` is null here"));
}

TEST_F(EvaluatorTest, ComparesIntsWithNumbersExactly) {
  for (const auto* expression :
       {"1 == 1.0", "1 < 1.5", "9007199254740993 > 9007199254740992.0", "2.5 > 2", "-1 > -1.5",
        "9223372036854775807 < 9223372036854775808.0", "{1, 2} == {1.0, 2}"})
    EXPECT_EQ(value(expression), Value(true)) << expression;
}

TEST_F(EvaluatorTest, OrdersTypedValues) {
  for (const auto* expression :
       {"90s == 1m30s", "10s < 1m", "1MB > 1kB", "1MiB > 1MB", "5% < 20%", "'a' < 'b'",
        "steps.lag.finished_at > steps.lag.started_at", "{a = 1} == {a = 1}", "{1} ~= {2}"})
    EXPECT_EQ(value(expression), Value(true)) << expression;
}

TEST_F(EvaluatorTest, DoesNotCompareWhatIsNotANumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const MapScope strange({{"x", nan}, {"list", Value::List{1, nan, 2.0, nan}}}, {});
  for (const auto* expression : {"x == 5", "x < 5", "x ~= x", "sort(list)", "max(list)"}) {
    const auto result = evaluator->evaluate(expression, strange);
    ASSERT_FALSE(result) << expression;
    EXPECT_THAT(result.error().message(), HasSubstr("NaN")) << expression;
  }
  EXPECT_EQ(evaluator->evaluate("len(unique(list))", strange).value(), Value(3));
}

// --- and, or, not ---

TEST_F(EvaluatorTest, TakesOnlyBoolsForAndAndNot) {
  EXPECT_THAT(refusal("inputs.count and true"), HasSubstr("`inputs.count` is an int, not a bool"));
  EXPECT_THAT(refusal("true and 'false'"), HasSubstr("is a string, not a bool"));
  EXPECT_THAT(refusal("not 0"), HasSubstr("`0` is an int, not a bool"));
  EXPECT_THAT(refusal("not inputs.nothing"), HasSubstr("`inputs.nothing` is null here"));
  EXPECT_EQ(value("not (true and false)"), Value(true));
}

TEST_F(EvaluatorTest, DoesNotEvaluateWhatTheLeftSideDecides) {
  EXPECT_EQ(value("false and undefined_name"), Value(false));
  EXPECT_EQ(value("true or undefined_name"), Value(true));
  EXPECT_EQ(value("steps.consent.who ~= null and steps.consent.who.x == 1"), Value(false));
}

TEST_F(EvaluatorTest, GivesTheRightOfAnOrInPlaceOfNull) {
  EXPECT_EQ(value("steps.consent.who or 'nobody'"), Value("nobody"));
  EXPECT_EQ(value("inputs.from or 'nobody'"), Value("east"));
  EXPECT_EQ(value("inputs.nothing or inputs.nothing or 7"), Value(7));
  EXPECT_EQ(value("inputs.nothing or null"), Value());
}

TEST_F(EvaluatorTest, RefusesAnOrOfABoolAndSomethingElse) {
  EXPECT_THAT(refusal("not inputs.sure or 'x'"), HasSubstr("is a string, not a bool"));
  EXPECT_THAT(refusal("false or inputs.nothing"), HasSubstr("`inputs.nothing` is null here"));
}

TEST_F(EvaluatorTest, ChoosesWithAndOr) {
  EXPECT_EQ(value("mode == 'drill' and 'small' or 'large'"), Value("large"));
  EXPECT_EQ(value("mode == 'planned' and 'small' or 'large'"), Value("small"));
  EXPECT_EQ(value("mode == 'a' and 1 or mode == 'planned' and 2 or 3"), Value(2));
  EXPECT_EQ(value("mode == 'planned' and '' or 'large'"), Value(""));
  EXPECT_THAT(refusal("inputs.sure and inputs.nothing or 1"), HasSubstr("is null here"));
  EXPECT_THAT(refusal("inputs.count and 1 or 2"), HasSubstr("`inputs.count` is an int"));
}

// --- arithmetic ---

TEST_F(EvaluatorTest, RefusesNumbersThatDoNotFit) {
  for (const auto* expression :
       {"9223372036854775807 + 1", "-9223372036854775807 - 2", "9223372036854775807 * 2",
        "1e308 * 10", "10 ^ 400", "3000000h + 292y", "2562047h + 2562047h", "8EiB"})
    EXPECT_FALSE(evaluator->evaluate(expression, scope)) << expression;
  EXPECT_THAT(refusal("9223372036854775807 + 1"), HasSubstr("too large for an int"));
  EXPECT_EQ(value("(-9223372036854775807 - 1) % -1"), Value(0));
  EXPECT_THAT(refusal("(-9223372036854775807 - 1) // -1"), HasSubstr("too large"));
}

TEST_F(EvaluatorTest, RefusesToDivideByZero) {
  for (const auto* expression : {"1 / 0", "1 // 0", "1 % 0", "1 / 0.0", "10s / 0", "10s / 0s",
                                 "1MB / 0B", "5% / 0%", "1.5 % 0"})
    EXPECT_THAT(refusal(expression), HasSubstr("the divisor is 0")) << expression;
}

TEST_F(EvaluatorTest, RefusesToMixTexts) {
  EXPECT_THAT(refusal("1 + '2'"), HasSubstr("int(...)"));
  EXPECT_THAT(refusal("'a' + 'b'"), HasSubstr("texts are joined with .."));
  EXPECT_THAT(refusal("10s + 5"), HasSubstr("'+' does not join a duration and an int"));
  EXPECT_THAT(refusal("10s * 10s"), HasSubstr("'*' does not join"));
  EXPECT_THAT(refusal("1 - 10s"), HasSubstr("'-' does not join"));
  EXPECT_THAT(refusal("10s - run.created_at"), HasSubstr("'-' does not join"));
  EXPECT_THAT(refusal("'a' .. inputs.tiers"), HasSubstr("json(x)"));
  EXPECT_THAT(refusal("'a' .. inputs.nothing"), HasSubstr("is null here"));
}

// --- messages ---

TEST_F(EvaluatorTest, SaysWhichPartOfALongExpressionFailed) {
  EXPECT_EQ(refusal("inputs.sure and int(mode) > 3"),
            "`inputs.sure and int(mode) > 3`: in `int(mode)`: the text is not an int; it should "
            "look like 42: \"planned\"");
}

TEST_F(EvaluatorTest, ReportsSyntaxErrorsWithTheFix) {
  EXPECT_EQ(refusal("mode && true"),
            "`mode && true`: '&&' is not an operator here; write: mode and true");
}

// --- the evaluator itself ---

TEST_F(EvaluatorTest, GivesTheSameAnswerAgain) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(value("steps.lag.lag > inputs.max_lag"), Value(true));
}

TEST_F(EvaluatorTest, GoesOnAfterAFailure) {
  refusal("1 + {}");
  refusal("))");
  EXPECT_EQ(value("1 + 1"), Value(2));
}

TEST_F(EvaluatorTest, ForgetsCompiledExpressionsRatherThanGrowing) {
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(value(std::to_string(i) + " + 1"), Value(i + 1));
  EXPECT_EQ(value("0 + 1"), Value(1));
}

TEST_F(EvaluatorTest, KeepsTheTypeOfAWholeValue) {
  EXPECT_EQ(value("inputs.tiers"), Value(Value::List{"gold", "silver"}));
  EXPECT_EQ(value("inputs.nothing"), Value());
  EXPECT_EQ(value("steps.lag.outputs.bytes"), Value(Bytes{16'000'000}));
}

TEST_F(EvaluatorTest, IteratesMapsByKey) {
  EXPECT_EQ(value("json({b = 1, a = 2, ['c d'] = 3})"), Value(R"({"a":2,"b":1,"c d":3})"));
}

}  // namespace
}  // namespace rung::scripting
