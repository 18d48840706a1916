#include "scripting/lua_evaluator.h"
#include "tests/scripting/map_scope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace rung::scripting {
namespace {

using testing::HasSubstr;

// --- everything that would reach the world, or the machine below ---

class EscapeAttempt : public testing::TestWithParam<const char*> {};

TEST_P(EscapeAttempt, IsRefused) {
  const auto scope = example_scope();
  const auto value = make_lua_evaluator()->evaluate(GetParam(), scope);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code(), ErrorCode::invalid);
}

INSTANTIATE_TEST_SUITE_P(
    Table, EscapeAttempt,
    testing::Values("os.execute('id')", "io.open('/etc/passwd')", "require('os')",
                    "load('return 1')()", "loadstring('x')", "dofile('/etc/passwd')", "_G", "_ENV",
                    "_G.os", "_ENV.K(0)", "K(0)", "F(0)", "N(1)", "S(0)", "debug.getregistry()",
                    "collectgarbage()", "coroutine.create(1)", "setmetatable({}, {})",
                    "getmetatable('')", "rawset({}, 1, 2)", "rawequal(1, 1)", "string.dump(1)",
                    "string.rep('x', 1000000000)", "('x'):rep(1000000000)", "(''):format()",
                    "''.rep", "({}).x.y", "mode.__index", "inputs.__gc", "inputs['__metatable']",
                    "function() return 1 end", "(function() while true do end end)()",
                    "(function() end)", "1; os.exit()", "1 return 2", "1 end os.exit() return (1",
                    "1) os.exit() --", "1) + K(0", "1 --[[ ]] + 1", "[[x]]", "[==[x]==]", "goto x",
                    "::x::", "x = 1", "inputs.from = 'x'", "local x = 1", "for i = 1, 2 do end",
                    "while true do end", "if true then end", "...", "select('#', 1)", "print('x')",
                    "error('x')", "pcall(1)", "next({})", "pairs({})", "type(1)", "tostring(nil)",
                    "utf8.char(1)", "table.concat({})", "math.random()", "\x1bLua",
                    "\"\\x1bLua\"()", "inputs:from()", "{}[1]()", "-{}", "#inputs", "~1", "1 & 1",
                    "1 | 1", "1 << 62", "inputs.tiers.n", "{[null] = 1}", "{[1] = 1}", "{1, a = 2}",
                    "{a = 1, 2}", "{a = 1, a = 2}"));

TEST(Sandbox, TakesAForeignChunkForText) {
  const MapScope scope({}, {});
  EXPECT_EQ(make_lua_evaluator()->evaluate("\"\\x1bLua return os\"", scope).value(),
            Value("\x1bLua return os"));
}

// --- everything that would take too long or too much ---

struct Hungry {
  const char* name;
  std::string expression;
};
void PrintTo(const Hungry& hungry, std::ostream* out) {
  *out << hungry.name;
}

// `text` is 100 kB, `list` has 20,000 texts, `numbers` 20,000 ints, `deep` is nested 60 deep.
MapScope large_scope() {
  Value::List texts;
  Value::List numbers;
  for (int i = 0; i < 20'000; ++i) {
    texts.emplace_back("element number " + std::to_string(i));
    numbers.emplace_back(i);
  }
  Value deep = 1;
  for (int i = 0; i < 60; ++i) deep = Value::List{deep};
  return {
      {{"text", std::string(100'000, 'a')}, {"list", texts}, {"numbers", numbers}, {"deep", deep}},
      {}};
}

std::string nested(std::string_view begin, std::string_view inside, std::string_view end,
                   int times) {
  std::string out(inside);
  for (int i = 0; i < times; ++i) out.insert(0, begin).append(end);
  return out;
}

class HungryExpression : public testing::TestWithParam<Hungry> {};

TEST_P(HungryExpression, EndsAtItsBudget) {
  const auto scope = large_scope();
  const auto evaluator = make_lua_evaluator();
  const auto start = std::chrono::steady_clock::now();
  const auto value = evaluator->evaluate(GetParam().expression, scope);
  const auto took = std::chrono::steady_clock::now() - start;
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code(), ErrorCode::exhausted) << value.error().message();
  // Far above what it takes with sanitizers; without the budget it would be minutes.
  EXPECT_LT(took, std::chrono::seconds(20));
  EXPECT_EQ(evaluator->evaluate("1 + 1", scope).value(), Value(2));
}

INSTANTIATE_TEST_SUITE_P(
    Table, HungryExpression,
    testing::Values(
        Hungry{"ReplaceByItself", "replace(text, 'a', text)"},
        Hungry{"JoinByALongText", "join(list, text)"},
        Hungry{"Doubling", nested("replace(", "text", ", 'a', 'aa')", 20)},
        Hungry{"Concatenation", nested("", "text", " .. text", 35)},
        Hungry{"Backtracking", "matches(text, '.-.-.-.-.-b')"},
        Hungry{"BacktrackingStars", "matches(text, 'a*a*a*a*a*b')"},
        Hungry{"ContainsAlmost", "contains(text .. text, text .. 'b')"},
        Hungry{"SplitAtAlmost", "split(text .. text, text .. 'b')"},
        Hungry{"ReplaceAlmost", "replace(text .. text, text .. 'b', '')"},
        Hungry{"Balanced", "matches(replace(text, 'a', '('), '%b()')"},
        Hungry{"Captures", "capture(text, '(.-)(.-)(.-)(.-)b') == ''"},
        Hungry{"SplitIntoCharacters", "split(replace(text, 'aaa', 'a,b'), ',')"},
        Hungry{"ManyCopies", "{" + nested("", "list", ", list", 20) + "}"},
        Hungry{"UniqueOfLists", "unique({" + nested("", "list", ", list", 60) + "})"},
        Hungry{"DeepResult", "deep"},
        Hungry{"LargeResult", "{text,text,text,text,text,text,text,text,text,text,text}"},
        Hungry{"Json", nested("json(", "list", ")", 12)},
        Hungry{"ParseJson", "parse_json('[' .. replace(text, 'a', '1,') .. '1]')"},
        Hungry{"Encoded", nested("url_encode(", "text .. '%'", ")", 1) + " .. " +
                              nested("base64(", "text", ")", 20)},
        Hungry{"ComparedLists", "{" + nested("", "list == list", ", list == list", 60) + "}"}),
    [](const auto& row) { return row.param.name; });

TEST(Sandbox, CountsLuasOwnInstructions) {
  const MapScope scope({}, {});
  const auto evaluator = make_lua_evaluator({.instructions = 100});
  std::string chain = "true";
  for (int i = 0; i < 200; ++i) chain += " and true";
  const auto value = evaluator->evaluate(chain, scope);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code(), ErrorCode::exhausted);
  EXPECT_THAT(value.error().message(), HasSubstr("too many instructions"));
  EXPECT_EQ(evaluator->evaluate("1 + 1", scope).value(), Value(2));
}

TEST(Sandbox, WorksWithinAVerySmallMemory) {
  const MapScope scope({{"text", std::string(1000, 'a')}}, {});
  const auto evaluator = make_lua_evaluator({.memory_bytes = 4096});
  EXPECT_EQ(evaluator->evaluate("1 + 1 == 2", scope).value(), Value(true));
  EXPECT_EQ(evaluator->evaluate("text .. text .. text .. text", scope).error().code(),
            ErrorCode::exhausted);
  EXPECT_EQ(evaluator->evaluate("1 + 1 == 2", scope).value(), Value(true));
}

TEST(Sandbox, RefusesBeforeTheRunWhatLuaCouldNotCompile) {
  const std::string wide = nested("max(" + nested("", "1", ",1", 30) + ",", "1", ")", 35);
  EXPECT_THAT(analyse(wide).diagnostics[0].message, HasSubstr("too many long lists"));
}

class LargestExpression : public testing::TestWithParam<std::string> {};

// What parses must compile: otherwise a validated runbook would fail in the night.
TEST_P(LargestExpression, ThatParsesIsEvaluated) {
  const MapScope scope({}, {});
  ASSERT_FALSE(has_errors(analyse(GetParam()).diagnostics));
  const auto value = make_lua_evaluator()->evaluate(GetParam(), scope);
  EXPECT_TRUE(value) << value.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    Table, LargestExpression,
    testing::Values(nested("not ", "true", "", 39), nested("(", "1", ")", 39),
                    nested("- ", "1", "", 39), nested("abs(", "1", ")", 39),
                    nested("{ ", "1", "}", 39), nested("", "1", " + 1", 39),
                    nested("", "1", " .. 1", 39), nested("max(1,2,3,", "1", ", 4, 5)", 25),
                    nested("true and (", "true", ")", 19), nested("false or (", "true", ")", 19),
                    nested("true and (true and (", "1", ") or 2) or 3", 6),
                    nested("not (true and ", "true", ")", 12),
                    nested("", "true", " and true", 1500), nested("", "false", " or false", 1500),
                    "max(" + nested("", "1", ",1", 63) + ")"));

}  // namespace
}  // namespace rung::scripting
