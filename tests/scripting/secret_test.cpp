#include "scripting/function.h"
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

// --- every function there is

// For each function a call with as many arguments as it has parameters, or three where it takes
// any number.
const std::map<std::string_view, std::vector<Value>>& calls() {
  using namespace std::chrono_literals;
  static const Value kNumbers = Value::List{3, 1, 2};
  static const Value kFlags = Value::List{true, false};
  static const Value kMap = Value::Map{{"a", 1}, {"b", 2}};
  static const Value kMaps = Value::List{kMap, kMap};
  static const Value kTime = parse_time("2026-03-27T03:13:20Z").value();
  static const std::map<std::string_view, std::vector<Value>> kCalls = {
      {"abs", {-3}},
      {"all", {kFlags}},
      {"any", {kFlags}},
      {"avg", {kNumbers}},
      {"base64", {"text"}},
      {"bool", {"true"}},
      {"capture", {"text", "(e)"}},
      {"ceil", {1.5}},
      {"contains", {"text", "e"}},
      {"default", {"text", "other"}},
      {"duration", {"41s"}},
      {"ends_with", {"text", "t"}},
      {"first", {kNumbers}},
      {"floor", {1.5}},
      {"format", {"%s %s", "a", "b"}},
      {"format_time", {kTime, "%F"}},
      {"get", {kMap, "a", 7}},
      {"int", {"42"}},
      {"join", {kNumbers, ","}},
      {"json", {kMap}},
      {"keys", {kMap}},
      {"last", {kNumbers}},
      {"len", {"text"}},
      {"lower", {"TEXT"}},
      {"matches", {"text", "e"}},
      {"max", {1, 2, 3}},
      {"min", {1, 2, 3}},
      {"number", {"0.5"}},
      {"p50", {kNumbers}},
      {"p90", {kNumbers}},
      {"p95", {kNumbers}},
      {"p99", {kNumbers}},
      {"parse_json", {"[1]"}},
      {"percent", {"20%"}},
      {"percentile", {kNumbers, 50}},
      {"pluck", {kMaps, "a"}},
      {"replace", {"text", "e", "x"}},
      {"round", {1.25, 1}},
      {"size", {"16MB"}},
      {"sort", {kNumbers}},
      {"split", {"a,b", ","}},
      {"starts_with", {"text", "t"}},
      {"string", {42}},
      {"sub", {"text", 1, 2}},
      {"sum", {kNumbers}},
      {"time", {"2026-03-27T03:13:20Z"}},
      {"trim", {" text "}},
      {"unique", {kNumbers}},
      {"upper", {"text"}},
      {"url_encode", {"a b"}},
      {"values", {kMap}},
  };
  return kCalls;
}

// The value is secret as a whole, or only deep inside.
Value with_a_secret_inside(Value value) {
  if (auto* list = value.list()) {
    list->back() = with_a_secret_inside(std::move(list->back()));
    return value;
  }
  if (auto* map = value.map()) {
    map->begin()->second = with_a_secret_inside(std::move(map->begin()->second));
    return value;
  }
  return std::move(value).as_secret();
}

Result<Value> called(std::string_view name, const std::vector<Value>& arguments) {
  Value::Map names;
  std::string expression = std::string(name) + "(";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto argument = "a" + std::to_string(i);
    names.emplace(argument, arguments[i]);
    expression += (i == 0 ? "" : ", ") + argument;
  }
  const MapScope scope(std::move(names), {});
  return make_lua_evaluator()->evaluate(expression + ")", scope);
}

TEST(Secret, PassesThroughEveryArgumentOfEveryFunction) {
  for (const Function& function : functions()) {
    const auto row = calls().find(function.name);
    ASSERT_NE(row, calls().end()) << function.name << " is new: give it a call in this test";
    const auto& arguments = row->second;
    ASSERT_GE(arguments.size(), std::min<std::size_t>(function.most, 3)) << function.name;
    const auto open = called(function.name, arguments);
    ASSERT_TRUE(open) << function.name << ": " << open.error().message();
    EXPECT_FALSE(open.value().is_secret()) << function.name;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      for (const bool is_inside : {false, true}) {
        auto secret = arguments;
        secret[i] =
            is_inside ? with_a_secret_inside(arguments[i]) : Value(arguments[i]).as_secret();
        const auto value = called(function.name, secret);
        ASSERT_TRUE(value) << function.name << ": " << value.error().message();
        EXPECT_TRUE(value.value().is_secret()) << function.name << ", argument " << i + 1;
      }
    }
  }
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
