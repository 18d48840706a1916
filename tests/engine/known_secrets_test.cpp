#include "engine/known_secrets.h"

#include <gmock/gmock.h>

namespace rung::engine {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<std::string> completed(KnownSecrets& known, std::int64_t run,
                                   std::vector<std::string> secrets) {
  known.complete(RunId{run}, secrets);
  return secrets;
}

TEST(KnownSecrets, AddsWhatEarlierAttemptsOfTheRunWereGiven) {
  KnownSecrets known;
  completed(known, 1, {"token"});
  EXPECT_THAT(completed(known, 1, {"key"}), ElementsAre("key", "token"));
  EXPECT_THAT(completed(known, 1, {}), ElementsAre("token", "key"));
}

TEST(KnownSecrets, KeepsRunsApart) {
  KnownSecrets known;
  completed(known, 1, {"token"});
  EXPECT_THAT(completed(known, 2, {"key"}), ElementsAre("key"));
}

TEST(KnownSecrets, ForgetsARunThatIsOver) {
  KnownSecrets known;
  completed(known, 1, {"token"});
  known.forget(RunId{1});
  EXPECT_THAT(completed(known, 1, {}), ElementsAre());
}

TEST(KnownSecrets, KeepsTheLatestOfMoreThanItsBound) {
  KnownSecrets known;
  for (int n = 0; n < 300; ++n) completed(known, 1, {"secret " + std::to_string(n)});
  const auto all = completed(known, 1, {});
  EXPECT_THAT(all, SizeIs(256));
  EXPECT_THAT(all, Contains("secret 299"));
  EXPECT_THAT(all, Not(Contains("secret 0")));
}

TEST(KnownSecrets, KeepsNoMoreThanItsBytes) {
  KnownSecrets known;
  for (const char c : {'a', 'b', 'c'}) completed(known, 1, {std::string(60u << 10, c)});
  EXPECT_THAT(completed(known, 1, {}), SizeIs(2));
}

TEST(KnownSecrets, GivesAnAttemptItsOwnHoweverLargeTheyAre) {
  KnownSecrets known;
  EXPECT_THAT(completed(known, 1, {std::string(200u << 10, 'a')}), SizeIs(1));
}

TEST(KnownSecrets, KeepsTheRunThatItIsAskedForWhereThereAreTooMany) {
  KnownSecrets known;
  for (std::int64_t run = 2; run < 1'100; ++run) completed(known, run, {"token"});
  completed(known, 1, {"key"});
  EXPECT_THAT(completed(known, 1, {}), ElementsAre("key"));
}

}  // namespace
}  // namespace rung::engine
