#include "scripting/evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rung::scripting {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// --- what is refused, and the line as it should be ---

struct Refused {
  const char* name;
  const char* expression;
  int column;
  const char* message;
  const char* fix;
};
void PrintTo(const Refused& refused, std::ostream* out) {
  *out << refused.expression;
}

class RefusedExpression : public testing::TestWithParam<Refused> {};

TEST_P(RefusedExpression, GetsTheLineRewritten) {
  const auto analysis = analyse(GetParam().expression);
  ASSERT_FALSE(analysis.diagnostics.empty());
  EXPECT_EQ(analysis.diagnostics[0].at.column, GetParam().column);
  EXPECT_THAT(analysis.diagnostics[0].message, HasSubstr(GetParam().message));
  EXPECT_THAT(analysis.diagnostics[0].fix, HasSubstr(GetParam().fix));
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedExpression,
    testing::Values(
        Refused{"And", R"(steps.lag.lag > 10s && mode != "drill")", 21,
                "'&&' is not an operator here",
                R"(write: steps.lag.lag > 10s and mode != "drill")"},
        Refused{"Or", "a||b", 2, "'||' is not an operator here", "write: a or b"},
        Refused{"Not", "!a", 1, "'!' is not an operator here", "write: not a"},
        Refused{"NotOfAGroup", "!(a or b)", 1, "'!' is not an operator here",
                "write: not (a or b)"},
        Refused{"LoneEquals", "mode = 'x'", 6, "'=' is not an operator here", "write: mode == 'x'"},
        Refused{"Ternary", "a ? 1 : 2", 3, "'? :' is not an operator here", "write: a and 1 or 2"},
        Refused{"TernaryOfAnOr", "a or b ? 1 : 2", 8, "'? :'", "write: (a or b) and 1 or 2"},
        Refused{"In", "x in list", 3, "'in' is not an operator here", "write: contains(list, x)"},
        Refused{"NotIn", "x not in list", 3, "'not in' is not", "write: not contains(list, x)"},
        Refused{"Length", "#list > 0", 1, "'#' is not an operator here", "write: len(list) > 0"},
        Refused{"SeveralAtOnce", "!a && #b = 1", 1, "'!' is not", "write: not a and len(b) == 1"},
        Refused{"Pipe", "a | upper", 3, "'|' is not an operator here", "write: upper(a)"},
        Refused{"PipeWithArguments", "a | default('x')", 3, "'|' is", "write: default(a, 'x')"},
        Refused{"TripleEquals", "a === 1", 3, "'===' is not an operator here", "write: a == 1"},
        Refused{"OtherNotEqual", "a <> 1", 3, "'<>' is not an operator here", "write: a != 1"},
        Refused{"Python", "True AND None", 1, "'True' is not a value here", "write: true and null"},
        Refused{"Chain", "1 < x < 5", 7, "comparisons do not chain", "write: 1 < x and x < 5"},
        Refused{"NotBeforeAComparison", "not a == b", 7, "`not` belongs to the value beside it",
                "write: not (a == b)"},
        Refused{"Method", "name:upper()", 6, "the value inside", "write: upper(name)"},
        Refused{"Library", "string.upper(name)", 1, "library's name", "write: upper(name)"},
        Refused{"OtherName", "tostring(x)", 1, "there is no function `tostring`",
                "write: string(x)"},
        Refused{"HyphenedStep", "steps.restart-agent.uptime > 1s", 14, "reads as a minus sign",
                R"(write: steps["restart-agent"].uptime > 1s)"},
        Refused{"KeepsMapsAndIndices", "{a = 1, ['b c'] = 2}.a && x[1].y", 24, "'&&'",
                "write: {a = 1, ['b c'] = 2}.a and x[1].y"}),
    [](const auto& row) { return row.param.name; });

class BrokenExpression : public testing::TestWithParam<Refused> {};

TEST_P(BrokenExpression, SaysWhereAndWhatToDo) {
  const auto analysis = analyse(GetParam().expression);
  ASSERT_FALSE(analysis.diagnostics.empty());
  EXPECT_EQ(analysis.diagnostics[0].at.column, GetParam().column);
  EXPECT_THAT(analysis.diagnostics[0].message, HasSubstr(GetParam().message));
  EXPECT_THAT(analysis.diagnostics[0].fix, HasSubstr(GetParam().fix));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BrokenExpression,
    testing::Values(
        Refused{"Empty", "", 1, "no expression", "steps.lag.lag > 10s"},
        Refused{"Blank", "   ", 4, "no expression", "steps.lag.lag > 10s"},
        Refused{"Braces", "{{ inputs.x }}", 1, "not '{{'", "delete {{ and }}"},
        Refused{"EndsEarly", "a and", 6, "a value should stand", "complete it"},
        Refused{"OpenParenthesis", "(a", 3, "')' should stand", "complete it"},
        Refused{"StrayParenthesis", "a)", 2, "')' closes nothing", "delete it"},
        Refused{"TwoValues", "a b", 3, "an operator should stand here", "join the two values"},
        Refused{"FunctionAsOperator", "a contains b", 3, "is a function", "write: contains(x, y)"},
        Refused{"TwoStatements", "a; b", 2, "second statement", "delete it"},
        Refused{"Return", "return a", 1, "belongs to a statement", "condition and x or y"},
        Refused{"If", "if a then b", 1, "belongs to a statement", "condition and x or y"},
        Refused{"FunctionDefinition", "function() end", 1, "belongs to a statement", "value"},
        Refused{"Increment", "a += 1", 3, "nothing can be assigned", "a + b"},
        Refused{"Unit", "a > 10q", 5, "no number, duration or size", "10s"},
        Refused{"Quote", "a == \"x", 6, "does not end", "close it with \""},
        Refused{"Comment", "a -- b", 3, "begins a comment", "apart"},
        Refused{"UnknownFunction", "frobnicate(a)", 1, "no function `frobnicate`",
                "expressions.md"},
        Refused{"MisspeltFunction", "uper(a)", 1, "no function `uper`", "write: upper(a)"},
        Refused{"TooFew", "replace(a)", 1, "does not take 1 value", "replace(text, old, new)"},
        Refused{"OrderedNull", "a < null", 3, "null has no order", "default(x, 0) < 5"},
        Refused{"Steps", "keys(steps)", 6, "no value by itself", "name a step"},
        Refused{"Clock", "os.time()", 1, "does not exist", "input"},
        Refused{"CallOfAValue", "(a)(b)", 4, "only functions can be called", "operator"},
        Refused{"Bits", "a << 2", 3, "'<<' is not an operator here", "2^3"},
        Refused{"Safe", "a?.b", 2, "'?.' is not an operator here", "null"}),
    [](const auto& row) { return row.param.name; });

TEST(Analysis, ReportsAllRefusedOperatorsOfAnExpressionWithTheSameFix) {
  const auto analysis = analyse("!a || b = c");
  ASSERT_EQ(analysis.diagnostics.size(), 3u);
  for (const auto& diagnostic : analysis.diagnostics)
    EXPECT_EQ(diagnostic.fix, "write: not a or b == c");
}

TEST(Analysis, CountsLinesInsideTheExpression) {
  const auto analysis = analyse("a and\n  b && c");
  ASSERT_EQ(analysis.diagnostics.size(), 1u);
  EXPECT_EQ(analysis.diagnostics[0].at, (Position{2, 5}));
  EXPECT_EQ(analysis.diagnostics[0].length, 2);
}

// --- names ---

std::vector<std::string> names(std::string_view expression) {
  const auto analysis = analyse(expression);
  EXPECT_THAT(analysis.diagnostics, IsEmpty()) << expression;
  std::vector<std::string> out;
  for (const auto& reference : analysis.references) {
    std::string name = reference.root;
    for (const auto& part : reference.path) name += "/" + part;
    EXPECT_EQ(expression.substr(static_cast<std::size_t>(reference.offset), reference.root.size()),
              reference.root);
    out.push_back(name + "@" + std::to_string(reference.offset) + "+" +
                  std::to_string(reference.length));
  }
  return out;
}

TEST(Analysis, CollectsTheNamesWithTheirConstantPaths) {
  EXPECT_THAT(names("steps.lag.outputs.bytes > inputs.limit"),
              ElementsAre("steps/lag/outputs/bytes@0+23", "inputs/limit@26+12"));
}

TEST(Analysis, EndsAPathWhereItIsComputed) {
  EXPECT_THAT(names("sites[inputs.to].db"), ElementsAre("sites@0+5", "inputs/to@6+9"));
  EXPECT_THAT(names("steps.tiers.results[1].bytes"), ElementsAre("steps/tiers/results@0+19"));
}

TEST(Analysis, TakesAQuotedKeyForAMember) {
  EXPECT_THAT(names("steps[\"restart-agent\"].uptime"),
              ElementsAre("steps/restart-agent/uptime@0+29"));
}

TEST(Analysis, DoesNotTakeTheMemberOfAGroupForAPath) {
  EXPECT_THAT(names("(a or b).c"), ElementsAre("a@1+1", "b@6+1"));
}

TEST(Analysis, FindsNamesInsideCallsListsAndMaps) {
  EXPECT_THAT(names("max(a.b, {c, d}[1]) .. {e = f}.e"),
              ElementsAre("a/b@4+3", "c@10+1", "d@13+1", "f@28+1"));
}

TEST(Analysis, DoesNotTakeAFunctionForAName) {
  EXPECT_THAT(names("len(len)"), ElementsAre("len@4+3"));
}

// --- types ---

TEST(Analysis, KnowsWhatSurelyIsABool) {
  for (const auto* expression :
       {"a == b", "a < 1", "not a", "a and b", "true", "contains(a, 'x')", "(a == 1)",
        "a == 1 or b == 2", "matches(a, 'x') or not b", "a == 1 and b == 2 or false"})
    EXPECT_TRUE(analyse(expression).yields_bool) << expression;
}

TEST(Analysis, DoesNotCallABoolWhatMayBeSomethingElse) {
  for (const auto* expression :
       {"a", "1", "null", "'false'", "a or b", "a == 1 or b", "a and 1 or 2", "len(a)", "-a",
        "a .. b", "a[1]", "{true}", "first(a)", "default(a, true)"})
    EXPECT_FALSE(analyse(expression).yields_bool) << expression;
}

TEST(Analysis, BoundsLengthDepthAndArguments) {
  EXPECT_THAT(analyse(std::string(17'000, 'a')).diagnostics[0].message, HasSubstr("over 16 KiB"));
  EXPECT_THAT(analyse(std::string(500, '(') + "1").diagnostics[0].message, HasSubstr("40 deep"));
  EXPECT_THAT(analyse(std::string(500, '-') + "1").diagnostics[0].fix, testing::Not(IsEmpty()));
  std::string sum = "1";
  for (int i = 0; i < 100; ++i) sum += "+1";
  EXPECT_THAT(analyse(sum).diagnostics[0].message, HasSubstr("40 deep"));
  std::string list = "{1";
  for (int i = 0; i < 100; ++i) list += ",1";
  EXPECT_THAT(analyse(list + "}").diagnostics[0].message, HasSubstr("over 64 values"));
}

TEST(Analysis, AllowsLongChainsOfAndAndOr) {
  std::string chain = "a == 1";
  for (int i = 0; i < 500; ++i) chain += i % 2 == 0 ? " and a == 1" : " or b == 2";
  EXPECT_THAT(analyse(chain).diagnostics, IsEmpty());
}

}  // namespace
}  // namespace rung::scripting
