#include "base/action_error.h"

#include "base/outcome.h"

#include <gtest/gtest.h>

namespace rung {
namespace {

class ErrorClassNames : public testing::TestWithParam<ErrorClass> {};

TEST_P(ErrorClassNames, AreReadBackAsTheSameClass) {
  EXPECT_EQ(parse_error_class(name_of(GetParam())), GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, ErrorClassNames,
                         testing::Values(ErrorClass::network, ErrorClass::timeout, ErrorClass::auth,
                                         ErrorClass::quota, ErrorClass::not_found,
                                         ErrorClass::conflict, ErrorClass::invalid,
                                         ErrorClass::refused, ErrorClass::unavailable,
                                         ErrorClass::internal),
                         [](const auto& one) { return std::string(name_of(one.param)); });

class EffectClassNames : public testing::TestWithParam<EffectClass> {};

TEST_P(EffectClassNames, AreReadBackAsTheSameClass) {
  EXPECT_EQ(parse_effect_class(name_of(GetParam())), GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, EffectClassNames,
                         testing::Values(EffectClass::read, EffectClass::idempotent,
                                         EffectClass::keyed, EffectClass::probe, EffectClass::once),
                         [](const auto& one) { return std::string(name_of(one.param)); });

TEST(ErrorClass, HasNoOtherNames) {
  EXPECT_EQ(parse_error_class("Network"), std::nullopt);
  EXPECT_EQ(parse_error_class(""), std::nullopt);
}

TEST(EffectClass, HasNoOtherNames) {
  EXPECT_EQ(parse_effect_class("twice"), std::nullopt);
}

TEST(EffectClass, StricterIsTheOneThatPromisesLess) {
  EXPECT_EQ(stricter(EffectClass::read, EffectClass::once), EffectClass::once);
  EXPECT_EQ(stricter(EffectClass::probe, EffectClass::keyed), EffectClass::probe);
  EXPECT_EQ(stricter(EffectClass::idempotent, EffectClass::read), EffectClass::idempotent);
}

TEST(Outcome, HasAnErrorUnlessItIsDone) {
  const Outcome done = Done{};
  const Outcome unknown = Unknown{{ErrorClass::timeout, "no answer"}};
  EXPECT_EQ(error_of(done), nullptr);
  ASSERT_NE(error_of(unknown), nullptr);
  EXPECT_EQ(error_of(unknown)->message, "no answer");
}

}  // namespace
}  // namespace rung
