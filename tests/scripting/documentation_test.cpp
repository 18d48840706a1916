#include "base/json.h"
#include "scripting/function.h"
#include "scripting/lua_evaluator.h"
#include "tests/scripting/map_scope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace rung::scripting {
namespace {

std::string reference_text() {
  std::ifstream file(RUNG_EXPRESSION_REFERENCE);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Example {
  std::string expression;
  std::string expected;  // an expression too, or "error: part of the message"
};

// `expr` -> `value`, several on one line; \| stands for | because of Markdown's tables.
std::vector<Example> examples(const std::string& text) {
  std::vector<Example> found;
  constexpr std::string_view kArrow = "` -> `";
  for (auto at = text.find(kArrow); at != std::string::npos; at = text.find(kArrow, at + 1)) {
    const auto begin = text.rfind('`', at - 1) + 1;
    const auto value = at + kArrow.size();
    found.push_back(
        {text.substr(begin, at - begin), text.substr(value, text.find('`', value) - value)});
  }
  return found;
}

TEST(ExpressionReference, ShowsOnlyExamplesThatAreTrue) {
  const auto scope = example_scope();
  const auto evaluator = make_lua_evaluator();
  const auto all = examples(reference_text());
  EXPECT_GT(all.size(), 80u);
  for (const auto& [expression, expected] : all) {
    const auto value = evaluator->evaluate(expression, scope);
    if (expected.rfind("error: ", 0) == 0) {
      ASSERT_FALSE(value) << expression;
      EXPECT_THAT(value.error().message(), testing::HasSubstr(expected.substr(7))) << expression;
      continue;
    }
    const auto wanted = evaluator->evaluate(expected, scope);
    ASSERT_TRUE(value) << value.error().message();
    ASSERT_TRUE(wanted) << wanted.error().message();
    EXPECT_EQ(value.value(), wanted.value())
        << expression << " is " << to_plain_json(value.value()) << ", not " << expected;
  }
}

TEST(ExpressionReference, HasARowForEachFunction) {
  const std::string text = reference_text();
  for (const auto& function : functions()) {
    const std::string row =
        "| `" + std::string(function.name) + "(" + std::string(function.parameters) + ")` |";
    EXPECT_NE(text.find(row), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace rung::scripting
