#include "actions/http/http_outcome.h"

#include "actions/builtin.h"

#include <gmock/gmock.h>

namespace rung::actions {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

HttpReply answered(int status) {
  HttpReply reply;
  reply.end = HttpEnd::answered;
  reply.was_sent = true;
  reply.status = status;
  return reply;
}

Outcome judged(EffectClass effect_class, HttpReply reply) {
  HttpUse use;
  use.shown = "POST http://a/";
  use.effect_class = effect_class;
  return outcome_of(use, std::move(reply));
}

struct StatusCase {
  int status;
  ErrorClass error_class;
};
class FailedStatus : public testing::TestWithParam<StatusCase> {};

TEST_P(FailedStatus, HasTheClassOfItsMeaning) {
  const auto outcome = judged(EffectClass::once, answered(GetParam().status));
  const auto* failed = std::get_if<Failed>(&outcome);
  ASSERT_NE(failed, nullptr);
  EXPECT_EQ(failed->error.error_class, GetParam().error_class);
}

INSTANTIATE_TEST_SUITE_P(
    Statuses, FailedStatus,
    testing::Values(StatusCase{400, ErrorClass::invalid}, StatusCase{401, ErrorClass::auth},
                    StatusCase{403, ErrorClass::auth}, StatusCase{404, ErrorClass::not_found},
                    StatusCase{408, ErrorClass::timeout}, StatusCase{409, ErrorClass::conflict},
                    StatusCase{412, ErrorClass::conflict}, StatusCase{418, ErrorClass::refused},
                    StatusCase{422, ErrorClass::invalid}, StatusCase{429, ErrorClass::quota},
                    StatusCase{500, ErrorClass::unavailable},
                    StatusCase{503, ErrorClass::unavailable}),
    [](const auto& test) { return "Status" + std::to_string(test.param.status); });

TEST(HttpOutcome, LeavesAGatewaysAnswerOpenWhereARepetitionActsAgain) {
  for (const int status : {502, 504}) {
    EXPECT_TRUE(std::holds_alternative<Unknown>(judged(EffectClass::once, answered(status))));
    EXPECT_TRUE(std::holds_alternative<Unknown>(judged(EffectClass::keyed, answered(status))));
    EXPECT_TRUE(std::holds_alternative<Failed>(judged(EffectClass::idempotent, answered(status))));
    EXPECT_TRUE(std::holds_alternative<Failed>(judged(EffectClass::read, answered(status))));
  }
}

TEST(HttpOutcome, IsNotDoneWithoutAByteSentAndUnknownAfterIt) {
  HttpReply reply;
  reply.end = HttpEnd::timeout;
  EXPECT_TRUE(std::holds_alternative<NotDone>(judged(EffectClass::once, reply)));
  reply.was_sent = true;
  EXPECT_TRUE(std::holds_alternative<Unknown>(judged(EffectClass::once, reply)));
}

TEST(HttpOutcome, TakesTextThatLooksLikeJsonAsJson) {
  auto reply = answered(200);
  reply.body = " [1, 2]";
  const auto outcome = judged(EffectClass::read, reply);
  EXPECT_EQ(std::get<Done>(outcome).outputs.at("json"), Value(Value::List{1, 2}));
}

TEST(HttpOutcome, YieldsNoJsonFromABodyThatOnlyClaimsToBe) {
  auto reply = answered(200);
  reply.headers = {{"content-type", "application/json"}};
  reply.body = "<html>";
  const auto outcome = judged(EffectClass::read, reply);
  EXPECT_TRUE(std::get<Done>(outcome).outputs.at("json").is_null());
}

TEST(HttpEffectClass, FollowsTheMethod) {
  Registry registry;
  ASSERT_TRUE(register_builtin_actions(registry));
  const auto* request = registry.find("http.request");
  EXPECT_EQ(request->effect_class({}), EffectClass::read);
  EXPECT_EQ(request->effect_class({{"method", "PUT"}}), EffectClass::idempotent);
  EXPECT_EQ(request->effect_class({{"method", "DELETE"}}), EffectClass::idempotent);
  EXPECT_EQ(request->effect_class({{"method", "POST"}}), EffectClass::once);
  EXPECT_EQ(request->effect_class({{"method", "PATCH"}}), EffectClass::once);
  EXPECT_EQ(registry.find("http.post")->effect_class({}), EffectClass::once);
}

TEST(HttpCheck, FindsWhatARequestCannotBe) {
  Registry registry;
  ASSERT_TRUE(register_builtin_actions(registry));
  const auto* get = registry.find("http.get");
  EXPECT_THAT(get->check({{"url", "http://a/"}, {"body", "x"}}, nullptr),
              ElementsAre(HasSubstr("a GET request carries no body")));
  EXPECT_THAT(get->check({{"url", "a/b"}}, nullptr),
              ElementsAre(HasSubstr("neither http:// nor https://")));
  EXPECT_THAT(get->check({{"url", "http:///b"}}, nullptr), ElementsAre(HasSubstr("names no host")));
  EXPECT_THAT(get->check({{"url", "http://a/b c"}}, nullptr), ElementsAre(HasSubstr("a space")));
}

}  // namespace
}  // namespace rung::actions
