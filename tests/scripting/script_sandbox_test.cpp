#include "tests/scripting/script_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>

namespace rung::scripting {
namespace {

using testing::HasSubstr;

// --- everything that would reach the world, or the machine below

class ScriptEscape : public testing::TestWithParam<const char*> {};

TEST_P(ScriptEscape, IsRefused) {
  EXPECT_THAT(ScriptDriver(GetParam()).problem(), HasSubstr("runbook.yaml:10: "));
}

INSTANTIATE_TEST_SUITE_P(
    Table, ScriptEscape,
    testing::Values(
        "os.execute('id')", "io.open('/etc/passwd')", "require('os')", "load('return 1')()",
        "loadstring('x')", "dofile('/etc/passwd')", "local g = _G", "local e = _ENV.os.x",
        "debug.getregistry()", "debug.sethook()", "collectgarbage()", "coroutine.wrap(print)()",
        "coroutine.yield()", "setmetatable({}, {__gc = fail})", "getmetatable('')",
        "rawset({}, 1, 2)", "rawget({}, 1)", "rawequal(1, 1)", "string.dump(fail)",
        "('x'):rep(1000)", "(''):format()", "next({})", "print('x')", "pcall(fail)",
        "xpcall(fail, fail)", "utf8.char(1)", "package.loadlib('x', 'y')", "sorted_keys({})",
        "concat({})", "warn('x')", "math.random()", "math.randomseed(1)", "table.pack(1).x.y = 1",
        "table.move({}, 1, 2, 3)", "steps.lag = 1", "secrets.x = 1", "inputs = 1", "action = nil",
        "for k in pairs(steps) do end", "for k in pairs(secrets) do end", "local s = steps.lag.x.y",
        "action('a', {s = steps})", "action('a', {s = secrets})", "goto_x()",
        "local d = duration('1s').x", "local d = secrets.token.x", "secrets.token.x = 1"));

TEST(ScriptSandbox, TakesNoCompiledChunk) {
  EXPECT_THAT(ScriptDriver("\x1bLuaT").problem(), HasSubstr("runbook.yaml:10: unexpected symbol"));
}

TEST(ScriptSandbox, ShowsNoAddressOfTheMachine) {
  ScriptDriver driver("return {a = tostring({}), b = tostring(fail), c = tostring(steps)}");
  EXPECT_EQ(driver.outputs(), Value(Value::Map{{"a", "table"}, {"b", "function"}, {"c", "table"}}));
}

TEST(ScriptSandbox, KeepsWhatOneScriptChangesFromTheNext) {
  auto runner = make_script_runner();
  const MapScope scope = example_scope();
  const ScriptDriver nothing("");
  runner->go_on({"a", "table.insert = nil math.floor = nil", "f", 1}, scope, nothing);
  const auto turn = runner->go_on({"b", "local t = {} table.insert(t, 1) return {n = #t}", "f", 1},
                                  scope, nothing);
  ASSERT_TRUE(std::holds_alternative<ScriptReturned>(turn));
}

// --- everything that would take too long or too much

struct Hungry {
  const char* name;
  const char* text;
};
void PrintTo(const Hungry& hungry, std::ostream* out) {
  *out << hungry.name;
}
class HungryScript : public testing::TestWithParam<Hungry> {};

TEST_P(HungryScript, IsStopped) {
  const auto began = std::chrono::steady_clock::now();
  const ScriptTurn turn = ScriptDriver(GetParam().text).run();
  ASSERT_TRUE(std::holds_alternative<ScriptFailed>(turn));
  EXPECT_EQ(std::get<ScriptFailed>(turn).fault, ScriptFault::budget)
      << std::get<ScriptFailed>(turn).message;
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
}

INSTANTIATE_TEST_SUITE_P(
    Table, HungryScript,
    testing::Values(
        Hungry{"Loop", "while true do end"},
        Hungry{"Recursion", "local function f() return f() end f()"},
        Hungry{"Table", "local t = {} for i = 1, 1e9 do t[i] = i end"},
        Hungry{"Doubling", "local s = 'x' while true do s = s .. s end"},
        Hungry{"Copying",
               "local s = 'x' for i = 1, 20 do s = s .. s end "
               "while true do local x = s .. 'y' end"},
        Hungry{"Comparing",
               "local s = 'x' for i = 1, 21 do s = s .. s end local a, b = s .. 'a', s .. "
               "'a' while true do local x = a == b end"},
        Hungry{"Concat",
               "local t = {} for i = 1, 1000 do t[i] = 'xxxxxxxxxxxxxxxxxxxx' end "
               "while true do local x = table.concat(t) end"},
        Hungry{"Functions", "while true do local x = split('a,b,c,d', ',') end"},
        Hungry{"Pattern",
               "while true do local x = matches('aaaaaaaaaaaaaaaaaaaaaa', 'a*a*a*a*a*a*b') end"},
        Hungry{"Closures", "local t = {} while true do t[#t + 1] = function() return t end end"},
        Hungry{"SortsForEver",
               "local t = {} for i = 1, 1000 do t[i] = i end while true do "
               "table.sort(t) end"},
        Hungry{"Inserts", "local t = {} while true do table.insert(t, 1, 'x') end"},
        Hungry{"Unpack",
               "local t = {} while true do local a = select('#', table.unpack(t, 1, 150000)) end"},
        Hungry{"Pairs",
               "local t = {} for i = 1, 1000 do t['k' .. i] = i end while true do for k in "
               "pairs(t) do end end"}),
    [](const auto& hungry) { return std::string(hungry.param.name); });

TEST(ScriptBudget, IsForTheWholeScriptAndNotForEachTurn) {
  ScriptDriver driver("for i = 1, 900 do for j = 1, 10000 do end sleep(\"1s\") end");
  EXPECT_THAT(driver.problem(), HasSubstr("too many instructions"));
}

TEST(ScriptBudget, BoundsTheCallsOfAScript) {
  ScriptDriver driver("while true do action(\"http.get\", {url = \"u\"}) end");
  EXPECT_THAT(driver.problem(), HasSubstr("more than 1000 calls"));
  EXPECT_EQ(driver.acted.size(), 1000u);
}

struct Swollen {
  const char* name;
  const char* text;
};
void PrintTo(const Swollen& swollen, std::ostream* out) {
  *out << swollen.name;
}
class SwollenValue : public testing::TestWithParam<Swollen> {};

// Few tables and texts, that stand in one another so often that a copy of it all would fill the
// machine.
TEST_P(SwollenValue, IsNotRead) {
  const std::string begin =
      "local a = {1} for i = 1, 40 do a = {a, a} end "
      "local m = {x = 1} for i = 1, 40 do m = {x = m, y = m} end "
      "local s = 'x' for i = 1, 20 do s = s .. s end "
      "local t = {} for i = 1, 5000 do t[i] = s end ";
  const auto began = std::chrono::steady_clock::now();
  EXPECT_THAT(ScriptDriver(begin + GetParam().text).problem(), HasSubstr("larger than 16 MiB"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
}

INSTANTIATE_TEST_SUITE_P(
    Table, SwollenValue,
    testing::Values(Swollen{"Returned", "return {a = a}"}, Swollen{"List", "local n = len(a)"},
                    Swollen{"Map", "local n = len(m)"}, Swollen{"Texts", "local n = len(t)"},
                    Swollen{"Inputs", "action('http.get', {url = m})"},
                    Swollen{"Options", "action('http.get', {url = 'u'}, {undo = a})"},
                    Swollen{"ValueOfAStep", "step('x', function() return t end)"},
                    Swollen{"Keys",
                            "local k = {} for i = 1, 3 do k[s .. i] = 1 end "
                            "local l = {} for i = 1, 20 do l[i] = k end return {l = l}"}),
    [](const auto& swollen) { return std::string(swollen.param.name); });

TEST(ScriptBudget, BoundsWhatItsCallsAreGiven) {
  ScriptDriver driver(
      "local s = 'x' for i = 1, 19 do s = s .. s end "
      "while true do action('http.post', {body = s}) end");
  EXPECT_THAT(driver.problem(), HasSubstr("larger than 32 MiB in all"));
  EXPECT_LT(driver.acted.size(), 70u);
}

TEST(ScriptBudget, SaysWhereItWasSpentAndHowMuchThereIs) {
  EXPECT_EQ(ScriptDriver("local n = 0\nwhile true do\n  n = n + 1\nend").problem(),
            "runbook.yaml:12: it takes too many instructions; from its beginning to its end a "
            "script has 5000000 instructions, 16 MiB of memory and 512 MiB of copying: say the "
            "outer loop by `for_each`");
  EXPECT_THAT(ScriptDriver("local t = {}\nfor i = 1, 1e9 do\n  t[i] = i\nend").problem(),
              HasSubstr("runbook.yaml:12: it takes too much memory; "));
}

TEST(ScriptBudget, OfTimeIsCountedFromCallToCallAlsoWhenRunAgain) {
  const char* text =
      "local x = 0 for i = 1, 32 do for j = 1, 20000 do x = x + j end sleep('1s') end "
      "return {x = 1}";
  // Of the thread, as the budget is: a busy machine changes neither.
  const auto began = std::clock();
  ScriptDriver(text).run(1);
  const std::chrono::nanoseconds first =
      std::chrono::microseconds((std::clock() - began) * 1'000'000 / CLOCKS_PER_SEC + 1);
  ScriptBudget budget;
  budget.between_calls = 10 * first;
  ScriptDriver driver(text, budget);
  driver.run(32);
  driver.crash();
  EXPECT_EQ(driver.outputs(), Value(Value::Map{{"x", 1}}));
  budget.between_calls = first / 10;
  EXPECT_THAT(ScriptDriver(text, budget).problem(), HasSubstr("it works too long"));
}

TEST(ScriptSandbox, SaysWhereSomethingThatIsNoTextWasThrown) {
  EXPECT_EQ(ScriptDriver("local x = 1\nerror({x})").problem(),
            "runbook.yaml:11: error(...) with something that is no text");
}

TEST(ScriptBudget, BoundsStepsInOneAnother) {
  ScriptDriver driver(
      "local function deep(n) step(\"s\" .. n, function() deep(n + 1) end) end deep(1)");
  EXPECT_THAT(driver.problem(), HasSubstr("more than 16 deep"));
}

TEST(ScriptBudget, IsSpentTheSameAfterACrash) {
  ScriptBudget budget;
  budget.instructions = 200'000;
  const char* text = "for i = 1, 50 do for j = 1, 1000 do end sleep(\"1s\") end";
  ScriptDriver whole(text, budget);
  const std::string expected = whole.problem();
  const std::size_t calls = whole.records.size();
  ScriptDriver crashing(text, budget);
  for (int n = 0; n < 60; ++n) {
    crashing.run(1);
    crashing.crash();
  }
  EXPECT_EQ(crashing.problem(), expected);
  EXPECT_EQ(crashing.records.size(), calls);
}

}  // namespace
}  // namespace rung::scripting
