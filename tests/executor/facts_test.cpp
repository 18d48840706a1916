#include "actions/builtin.h"
#include "actions/test/test_actions.h"
#include "engine/executor/registry_facts.h"

#include <gtest/gtest.h>

namespace rung::engine {
namespace {

TEST(RegistryFacts, AnswerForTheUseAndNotForTheAction) {
  actions::Registry registry;
  ASSERT_TRUE(actions::register_builtin_actions(registry));
  const RegistryFacts facts(registry);
  EXPECT_EQ(facts.effect_class("http.request", {{"method", "GET"}}), EffectClass::read);
  EXPECT_EQ(facts.effect_class("http.request", {{"method", "POST"}}), EffectClass::once);
  EXPECT_FALSE(facts.can_probe("http.request"));
}

TEST(RegistryFacts, PromiseNothingOfAnActionThatIsNotThere) {
  const actions::Registry registry;
  const RegistryFacts facts(registry);
  EXPECT_EQ(facts.effect_class("gone", {}), EffectClass::once);
  EXPECT_FALSE(facts.can_probe("gone"));
}

TEST(RegistryFacts, KnowWhichActionCanLook) {
  actions::Registry registry;
  ASSERT_TRUE(actions::register_test_actions(registry));
  const RegistryFacts facts(registry);
  EXPECT_TRUE(facts.can_probe("test.effect"));
  EXPECT_FALSE(facts.can_probe("test.noop"));
}

}  // namespace
}  // namespace rung::engine
