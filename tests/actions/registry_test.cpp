#include "actions/registry.h"

#include "actions/builtin.h"
#include "actions/test/test_actions.h"

#include <gmock/gmock.h>

namespace rung::actions {
namespace {

using testing::HasSubstr;

class Described final : public Action {
 public:
  explicit Described(ActionSpec spec) : spec_(std::move(spec)) {}
  const ActionSpec& spec() const override { return spec_; }
  EffectClass effect_class(const Value::Map&) const override { return EffectClass::once; }
  std::vector<std::string> check(const Value::Map&, const Target*) const override { return {}; }
  awaitable<Outcome> run(RunRequest) override { co_return Done{}; }

 private:
  ActionSpec spec_;
};

Result<void> added(ActionSpec spec) {
  Registry registry;
  return registry.add(std::make_unique<Described>(std::move(spec)));
}

TEST(Registry, FindsABuiltInActionByName) {
  Registry registry;
  ASSERT_TRUE(register_builtin_actions(registry));
  ASSERT_NE(registry.find("shell"), nullptr);
  EXPECT_EQ(registry.find("shell")->spec().name, "shell");
  EXPECT_EQ(registry.find("shel"), nullptr);
}

TEST(Registry, RefusesASecondActionOfTheSameName) {
  Registry registry;
  ASSERT_TRUE(register_test_actions(registry));
  const auto again = register_test_actions(registry);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::conflict);
}

TEST(Registry, RefusesAnActionThatDescribesAnInputTwice) {
  ActionSpec spec;
  spec.name = "odd";
  spec.inputs = {{"a", Type::any, FieldKind::data, false, "One."},
                 {"a", Type::any, FieldKind::data, false, "Two."}};
  const auto result = added(spec);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(), HasSubstr("its input \"a\" twice"));
}

TEST(Registry, RefusesAnOutputThatHasOneOfTheEnginesNames) {
  ActionSpec spec;
  spec.name = "odd";
  spec.outputs = {{"duration", Type::any, "How long."}};
  const auto result = added(spec);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(), HasSubstr("that name is the engine's"));
}

TEST(Registry, RefusesAnActionWithoutAName) {
  EXPECT_FALSE(added({}));
}

}  // namespace
}  // namespace rung::actions
