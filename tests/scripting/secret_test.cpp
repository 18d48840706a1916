#include "scripting/lua_evaluator.h"
#include "tests/scripting/map_scope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rung::scripting {
namespace {

using testing::HasSubstr;
using testing::Not;

Result<Value> evaluated(std::string_view expression) {
  const auto scope = example_scope();
  return make_lua_evaluator()->evaluate(expression, scope);
}

class FromASecret : public testing::TestWithParam<const char*> {};

TEST_P(FromASecret, IsSecret) {
  const auto value = evaluated(GetParam());
  ASSERT_TRUE(value) << value.error().message();
  EXPECT_TRUE(value.value().is_secret());
}

INSTANTIATE_TEST_SUITE_P(
    Table, FromASecret,
    testing::Values(
        "secrets.token", "secrets", "secrets.pair", "secrets.pair.user", "secrets['token']",
        "secrets[lower('TOKEN')]", "secrets.token .. ''", "len(secrets.token)",
        "upper(secrets.token)", "secrets.token == 'x'", "secrets.token ~= null",
        "secrets.number > 5", "secrets.number + 1", "-secrets.number",
        "replace('abc', 'b', secrets.token)", "split(secrets.token, 'n')[1]",
        "first({secrets.token})", "{1, secrets.token}[1]", "{a = 1, b = secrets.token}",
        "sub(secrets.token, 1, 1)", "base64(secrets.token)", "json(secrets)",
        "json({secrets.token})", "format('%s', secrets.token)", "join({'a', secrets.token}, ',')",
        "keys(secrets)", "values(secrets)", "default(secrets.token, 'x')", "secrets.token or 'x'",
        "secrets.number == 7 and 'yes' or 'no'", "contains(secrets.token, 'h')",
        "matches(secrets.token, '^h')", "capture(secrets.token, 'h(.)')", "string(secrets.number)",
        "url_encode(secrets.token)", "not (secrets.token == 'x')", "max(secrets.number, 9)",
        "sort({secrets.number, 1})[1]", "get(secrets, 'none', 1)",
        "parse_json('{\"a\": ' .. secrets.number .. '}').a"));

TEST(Secret, KeepsItsContentForTheTarget) {
  EXPECT_EQ(evaluated("'Bearer ' .. secrets.token").value(), Value("Bearer hunter2"));
  EXPECT_EQ(evaluated("json({t = secrets.token})").value(), Value("{\"t\":\"hunter2\"}"));
  EXPECT_EQ(evaluated("string(secrets.pair)").value(), Value("{\"user\":\"root\"}"));
}

TEST(Secret, DoesNotMarkWhatStandsBesideIt) {
  const MapScope scope({{"mixed", Value::Map{{"open", 1}, {"closed", Value(2).as_secret()}}}}, {});
  const auto evaluator = make_lua_evaluator();
  EXPECT_FALSE(evaluator->evaluate("mixed.open", scope).value().is_secret());
  EXPECT_TRUE(evaluator->evaluate("mixed.closed", scope).value().is_secret());
  EXPECT_TRUE(evaluator->evaluate("mixed", scope).value().is_secret());
}

TEST(Secret, DoesNotMarkTheNextEvaluation) {
  const auto scope = example_scope();
  const auto evaluator = make_lua_evaluator();
  EXPECT_TRUE(evaluator->evaluate("secrets.token", scope).value().is_secret());
  EXPECT_FALSE(evaluator->evaluate("inputs.from", scope).value().is_secret());
}

TEST(Secret, IsNotReadByTheBranchThatIsNotTaken) {
  EXPECT_FALSE(evaluated("mode == 'drill' and secrets.token or 'none'").value().is_secret());
}

class MessageAboutASecret : public testing::TestWithParam<const char*> {};

TEST_P(MessageAboutASecret, DoesNotShowIt) {
  const auto value = evaluated(GetParam());
  ASSERT_FALSE(value);
  EXPECT_THAT(value.error().message(), Not(HasSubstr("hunter2")));
  EXPECT_THAT(value.error().message(), Not(HasSubstr("root")));
  EXPECT_THAT(value.error().message(), Not(HasSubstr("user")));
}

INSTANTIATE_TEST_SUITE_P(
    Table, MessageAboutASecret,
    testing::Values("int(secrets.token)", "duration(secrets.token)", "time(secrets.token)",
                    "size(secrets.token)", "secrets.token + 1", "secrets.token > 1",
                    "secrets.token.x", "secrets.token[1]", "secrets[secrets.token]",
                    "steps[secrets.token]", "sites[secrets.token].db", "secrets.pair.nobody",
                    "parse_json(json(secrets.pair)).x", "parse_json(secrets.token)",
                    "format(secrets.token .. '%d', 'x')", "format('%' .. secrets.token, 1)",
                    "matches('x', '[' .. secrets.token)", "not secrets.token",
                    "inputs.tiers[len(secrets.token)]", "{[secrets.token]=1,[secrets.token]=2}",
                    "pluck(steps.tiers.results, secrets.token)",
                    "format_time(run.created_at, '%' .. sub(secrets.token, 3, 3))",
                    "first(split(secrets.token, 'n')).x", "bool(secrets.token)",
                    "percent(secrets.token)", "number(secrets.token)"));

}  // namespace
}  // namespace rung::scripting
