#include "scripting/lua_evaluator.h"
#include "tests/scripting/map_scope.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace rung::scripting {
namespace {

const std::vector<std::string> kWords = {
    "inputs",  "steps",    "secrets",  "mode",        "sites",
    ".from",   ".lag",     ".count",   ".tiers",      ".nothing",
    ".token",  "(",        ")",        "{",           "}",
    "[",       "]",        ",",        ".",           "..",
    "+",       "-",        "*",        "/",           "//",
    "%",       "^",        "==",       "~=",          "!=",
    "<",       ">",        "<=",       ">=",          "=",
    "and",     "or",       "not",      "in",          "&&",
    "||",      "!",        "#",        "?",           ":",
    "null",    "nil",      "true",     "false",       "0",
    "1",       "2.5",      "10s",      "4KiB",        "20%",
    "'a'",     "\"x\"",    "len(",     "first(",      "sort(",
    "max(",    "format(",  "split(",   "json(",       "matches('a', ",
    "unique(", "replace(", "default(", "parse_json(", "-",
    "--",      ";",        "a =",      "x",           "[1]",
    "['a']",   "int(",     "keys(",    "\n"};

std::string soup() {
  const auto words = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kWords));
  std::string text;
  for (const auto& word : words) text += word + (*rc::gen::arbitrary<bool>() ? " " : "");
  return text;
}

void check(const Diagnostics& diagnostics) {
  for (const auto& diagnostic : diagnostics) {
    RC_ASSERT(!diagnostic.message.empty());
    RC_ASSERT(!diagnostic.fix.empty());
    RC_ASSERT(diagnostic.at.line >= 1);
    RC_ASSERT(diagnostic.at.column >= 1);
  }
}

TEST(Expression, OfRandomWordsEitherHasAValueOrAnExplanation) {
  const auto scope = example_scope();
  const auto evaluator = make_lua_evaluator();
  EXPECT_TRUE(rc::check([&] {
    const std::string text = soup();
    const auto analysis = analyse(text);
    check(analysis.diagnostics);
    const auto value = evaluator->evaluate(text, scope);
    if (has_errors(analysis.diagnostics)) RC_ASSERT(!value);
    if (!value) RC_ASSERT(value.error().message().find("hunter2") == std::string::npos);
    if (value && analysis.yields_bool) RC_ASSERT(value.value().boolean() != nullptr);
  }));
}

TEST(Expression, OfRandomBytesEitherHasAValueOrAnExplanation) {
  const auto scope = example_scope();
  const auto evaluator = make_lua_evaluator();
  EXPECT_TRUE(rc::check([&] {
    const auto text = *rc::gen::arbitrary<std::string>();
    check(analyse(text).diagnostics);
    static_cast<void>(evaluator->evaluate(text, scope));
  }));
}

// A grammar of expressions that parse, so that evaluation is reached often.
std::string expression(int depth) {
  auto leaf = *rc::gen::elementOf(std::vector<std::string>{"1",
                                                           "0",
                                                           "2.5",
                                                           "10s",
                                                           "4KiB",
                                                           "20%",
                                                           "'a'",
                                                           "''",
                                                           "null",
                                                           "true",
                                                           "false",
                                                           "inputs.from",
                                                           "inputs.count",
                                                           "inputs.tiers",
                                                           "steps.lag.lag",
                                                           "steps.lag.bytes",
                                                           "secrets.token",
                                                           "run.created_at",
                                                           "inputs.nothing",
                                                           "{}",
                                                           "{1, 2}",
                                                           "{a = 1}"});
  if (depth == 0) return leaf;
  const auto op = *rc::gen::elementOf(
      std::vector<std::string>{"+", "-", "*", "/", "//", "%", "^", "..", "==", "~=", "<",
                               ">=", "and", "or", "call", "not", "index", "leaf"});
  if (op == "leaf") return leaf;
  if (op == "not") return "not (" + expression(depth - 1) + ")";
  if (op == "index") return "(" + expression(depth - 1) + ")[" + expression(depth - 1) + "]";
  if (op == "call") {
    const auto name = *rc::gen::elementOf(std::vector<std::string>{
        "len",    "first",      "last",   "string", "int",      "json", "sort",
        "unique", "max",        "sum",    "avg",    "p95",      "abs",  "upper",
        "keys",   "parse_json", "base64", "floor",  "duration", "time"});
    return name + "(" + expression(depth - 1) + ")";
  }
  return "(" + expression(depth - 1) + ") " + op + " (" + expression(depth - 1) + ")";
}

TEST(Expression, ThatParsesGivesTheSameAnswerEachTime) {
  const auto scope = example_scope();
  const auto evaluator = make_lua_evaluator();
  EXPECT_TRUE(rc::check([&] {
    const std::string text = expression(4);
    const auto once = evaluator->evaluate(text, scope);
    const auto again = make_lua_evaluator()->evaluate(text, scope);
    RC_ASSERT(once.has_value() == again.has_value());
    if (once) RC_ASSERT(once.value() == again.value());
    if (!once) RC_ASSERT(once.error().message() == again.error().message());
    if (once && analyse(text).yields_bool) RC_ASSERT(once.value().boolean() != nullptr);
  }));
}

}  // namespace
}  // namespace rung::scripting
