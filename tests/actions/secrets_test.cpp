#include "actions/secrets.h"

#include <gmock/gmock.h>

namespace rung::actions {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

TEST(Secrets, AreFoundInsideListsAndMapsWithoutTheirNeighbours) {
  const Value::Map with = {
      {"env", Value(Value::Map{{"PASSWORD", Value("hunter22").as_secret()}, {"REGION", "west"}})},
      {"list", Value(Value::List{"plain", Value("token-1").as_secret()})}};
  EXPECT_THAT(secret_contents(with), ElementsAre("hunter22", "token-1"));
}

TEST(Secrets, AreAllTheLeavesOfAMapThatIsMarkedAsAWhole) {
  auto value = Value(Value::Map{{"user", "alice"}, {"id", 1234567}}).as_secret();
  EXPECT_THAT(secret_contents(value), ElementsAre("1234567", "alice"));
}

TEST(Mask, HidesTheLongerSecretFirst) {
  EXPECT_EQ(mask("pass=abcdefgh x=abcd", {"abcd", "abcdefgh"}), "pass=*** x=***");
}

TEST(Mask, LeavesSecretsAloneThatAreTooShortToBeTold) {
  EXPECT_EQ(mask("aaa", {"aa"}), "aaa");
}

TEST(Mask, ReachesEveryStringInsideAValue) {
  const auto value = Value(Value::Map{{"a", Value(Value::List{"x-hunter2-y", 7})}});
  EXPECT_EQ(masked(value, {"hunter2"}), Value(Value::Map{{"a", Value(Value::List{"x-***-y", 7})}}));
}

TEST(Mask, ReachesTheKeysOfMaps) {
  const auto value = Value(Value::Map{{"hunter2", Value(Value::Map{{"aHVudGVyMg==", 1}})}});
  EXPECT_EQ(masked(value, {"hunter2"}),
            Value(Value::Map{{"***", Value(Value::Map{{"***==", 1}})}}));
}

TEST(Mask, HidesANumberThatIsASecret) {
  const auto value = Value(Value::Map{{"pin", 4711}, {"port", 47110}, {"wait", Duration(41s)}});
  EXPECT_EQ(masked(value, {"4711"}),
            Value(Value::Map{{"pin", "***"}, {"port", 47110}, {"wait", Duration(41s)}}));
}

}  // namespace
}  // namespace rung::actions
