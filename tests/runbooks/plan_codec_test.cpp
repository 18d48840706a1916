#include "tests/runbooks/test_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace rung::runbooks {
namespace {

using ::testing::HasSubstr;

// Journals hold UTF-8; other bytes never get into a plan, the loader refuses them.
std::string any_text() {
  return *rc::gen::container<std::string>(rc::gen::inRange<char>(0x01, 0x7f));
}

std::optional<std::string> maybe_text() {
  if (*rc::gen::arbitrary<bool>()) return std::nullopt;
  return any_text();
}

Value any_value(int depth);

Value any_list(int depth) {
  Value::List list;
  const auto size = *rc::gen::inRange(0, 4);
  for (int i = 0; i < size; ++i) list.push_back(any_value(depth - 1));
  return list;
}

// Keys that look like ours in the stored form.
std::string any_key() {
  return *rc::gen::element<std::string>("a", "b", "$expr", "$text", "$$", "$map", "$duration", "");
}

Value any_map(int depth) {
  Value::Map map;
  const auto size = *rc::gen::inRange(0, 4);
  for (int i = 0; i < size; ++i) map.insert_or_assign(any_key(), any_value(depth - 1));
  return map;
}

Value any_value(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 9 : 7)) {
    case 0: return {};
    case 1: return *rc::gen::arbitrary<bool>();
    case 2: return *rc::gen::arbitrary<std::int64_t>();
    case 3: return *rc::gen::inRange(-1000, 1000) / 8.0;
    case 4: return any_text();
    case 5: return Duration(*rc::gen::arbitrary<std::int64_t>());
    case 6: return Bytes{*rc::gen::arbitrary<std::int64_t>()};
    case 7: return any_list(depth);
    default: return any_map(depth);
  }
}

Template any_template(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 5 : 3)) {
    case 0: return {any_value(depth)};
    case 1: return {Expression{any_text()}};
    case 2: {
      Template::Text text;
      const auto size = *rc::gen::inRange(0, 4);
      for (int i = 0; i < size; ++i) {
        if (*rc::gen::arbitrary<bool>())
          text.parts.emplace_back(any_text());
        else
          text.parts.emplace_back(Expression{any_text()});
      }
      return {std::move(text)};
    }
    case 3: {
      Template::List list;
      const auto size = *rc::gen::inRange(0, 4);
      for (int i = 0; i < size; ++i) list.push_back(any_template(depth - 1));
      return {std::move(list)};
    }
    default: {
      Template::Map map;
      const auto size = *rc::gen::inRange(0, 4);
      for (int i = 0; i < size; ++i) map.insert_or_assign(any_key(), any_template(depth - 1));
      return {std::move(map)};
    }
  }
}

RC_GTEST_PROP(TemplateCodec, GivesBackWhatWasWritten, ()) {
  const auto t = folded(any_template(3));
  const auto back = template_from_value(to_value(t));
  RC_ASSERT(back.has_value());
  RC_ASSERT(back.value() == t);
}

RC_GTEST_PROP(PlanCodec, GivesBackWhatWasWritten, ()) {
  Plan plan = plan_of_steps("- {id: a, set: {x: 1}}\n- {id: b, wait: 5s}\n");
  Step& step = plan.steps[2];
  step.set.clear();
  const auto size = *rc::gen::inRange(0, 4);
  for (int i = 0; i < size; ++i) step.set.insert_or_assign(any_key(), folded(any_template(3)));
  step.fail = folded(any_template(2));
  step.timeout = Duration(*rc::gen::arbitrary<std::int64_t>());
  step.tolerate = maybe_text();
  step.point_of_no_return = maybe_text();
  step.in_doubt = *rc::gen::element(InDoubt::by_class, InDoubt::retry, InDoubt::ask);
  step.retry = Retry{*rc::gen::inRange(1, 9), Duration(1), Duration(2), {ErrorClass::quota}};
  plan.inputs.push_back({"x", Type::map, {"a", "b"}, any_value(3), any_text()});
  plan.vars.emplace_back("v", folded(any_template(3)));
  const auto json = to_json(plan);
  const auto back = plan_from_json(json);
  RC_ASSERT(back.has_value());
  RC_ASSERT(back.value() == plan);
  RC_ASSERT(to_json(back.value()) == json);
}

TEST(PlanCodec, RefusesALaterLanguage) {
  const auto back = plan_from_json(R"({"language":2})");
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code(), ErrorCode::conflict);
  EXPECT_THAT(back.error().message(), HasSubstr("needs a newer rung"));
}

TEST(PlanCodec, RefusesAFieldThatItDoesNotKnow) {
  auto json = to_json(plan_of_steps("- {id: a, set: {x: 1}}\n"));
  json.insert(1, R"("aaa":1,)");
  const auto back = plan_from_json(json);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code(), ErrorCode::corrupt);
  EXPECT_THAT(back.error().message(), HasSubstr("plan.aaa is unknown"));
}

TEST(PlanCodec, RefusesAStepThatIsNotThere) {
  Plan plan = plan_of_steps("- {id: a, set: {x: 1}}\n");
  plan.steps[0].children = {StepIndex{9}};
  const auto back = plan_from_json(to_json(plan));
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code(), ErrorCode::corrupt);
}

TEST(PlanCodec, GivesDifferentHashesToDifferentPlans) {
  const auto a = plan_of_steps("- {id: a, set: {x: 1}}\n");
  const auto b = plan_of_steps("- {id: a, set: {x: 2}}\n");
  EXPECT_NE(hash_of(a), hash_of(b));
}

TEST(PlanFind, KnowsAStepByItsIdAndByItsAddress) {
  const auto plan = plan_of_steps("- id: g\n  steps: [{id: a, set: {x: 1}}]\n");
  EXPECT_EQ(plan.find("a"), plan.find("g/a"));
  EXPECT_EQ(plan.find("nothing"), std::nullopt);
  EXPECT_EQ(plan.find(""), std::nullopt);
}

}  // namespace
}  // namespace rung::runbooks
