#include "runbooks/inputs.h"

#include "tests/runbooks/test_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rung::runbooks {
namespace {

using ::testing::HasSubstr;

Plan plan_with_inputs() {
  return plan_of_steps("- {id: a, set: {x: 1}}\n", R"(inputs:
  to: {type: string, doc: "the site that takes over"}
  size: {type: enum, of: [small, large], default: small}
  max_lag: {type: duration, default: 10s}
  count: {type: int, default: 3}
  hosts: {type: list, default: [a]}
)");
}

std::string messages(const ResolvedInputs& resolved) {
  std::string out;
  for (const auto& d : resolved.diagnostics) out += d.message + " | " + d.fix + "\n";
  return out;
}

TEST(ResolveInputs, GivesDefaultsWhereNothingIsGiven) {
  const auto resolved = resolve_inputs(plan_with_inputs(), {{"to", "west"}});
  EXPECT_EQ(messages(resolved), "");
  EXPECT_EQ(resolved.values.at("max_lag"), Value(Duration(std::chrono::seconds(10))));
  EXPECT_EQ(resolved.values.at("size"), Value("small"));
  EXPECT_EQ(resolved.values.size(), 5u);
}

TEST(ResolveInputs, CoercesTextToTheInputsType) {
  const auto resolved = resolve_inputs(
      plan_with_inputs(),
      {{"to", "west"}, {"count", "7"}, {"max_lag", "1m"}, {"hosts", "[\"x\", \"y\"]"}});
  EXPECT_EQ(messages(resolved), "");
  EXPECT_EQ(resolved.values.at("count"), Value(7));
  EXPECT_EQ(resolved.values.at("max_lag"), Value(Duration(std::chrono::minutes(1))));
  EXPECT_EQ(resolved.values.at("hosts"), Value(Value::List{"x", "y"}));
}

TEST(ResolveInputs, NamesAMissingInputWithItsTypeAndMeaning) {
  EXPECT_THAT(
      messages(resolve_inputs(plan_with_inputs(), {})),
      HasSubstr("input `to` is missing (string: the site that takes over) | give  -i to=TEXT"));
}

TEST(ResolveInputs, AsksWhichInputWasMeant) {
  EXPECT_THAT(messages(resolve_inputs(plan_with_inputs(), {{"to", "west"}, {"cont", "3"}})),
              HasSubstr("example has no input `cont` | did you mean count?"));
}

TEST(ResolveInputs, RefusesWhatIsNoChoice) {
  EXPECT_THAT(messages(resolve_inputs(plan_with_inputs(), {{"to", "west"}, {"size", "lage"}})),
              HasSubstr("input `size` cannot be `lage`; it is small, large | did you mean large?"));
}

TEST(ResolveInputs, TellsAllMistakesAtOnce) {
  const auto resolved =
      resolve_inputs(plan_with_inputs(), {{"count", "many"}, {"max_lag", "10"}, {"other", 1}});
  EXPECT_EQ(resolved.diagnostics.size(), 4u) << messages(resolved);
}

}  // namespace
}  // namespace rung::runbooks
