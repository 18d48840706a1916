#include "state/codec.h"

#include "tests/state/random_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace rung::state {
namespace {

using ::testing::HasSubstr;

TimePoint at(std::int64_t ns) {
  return TimePoint{Duration{ns}};
}

TEST(EventCodec, GivesBackEveryEventAsItWas) {
  SeededRandom random(20'260'101);
  for (int i = 0; i < 20'000; ++i) {
    const Event event = random_event(random);
    const EncodedEvent encoded = encode(event);
    const auto decoded = decode(encoded);
    ASSERT_TRUE(decoded) << decoded.error().message() << "\n" << encoded.payload;
    ASSERT_EQ(decoded.value(), event) << "event " << i << ": " << encoded.payload;
    ASSERT_EQ(encode(decoded.value()), encoded) << "event " << i;
  }
}

TEST(EventCodec, WritesNothingForAnEventThatHoldsDefaultsOnly) {
  EXPECT_EQ(encode({at(1), "copy", StepSucceeded{}}).payload, "");
  EXPECT_EQ(encode({at(1), "copy", StepUndone{}}).payload, "");
  EXPECT_EQ(encode({at(1), "", RunClaimed{}}).payload, "");
}

TEST(EventCodec, WritesOnlyWhatDiffersFromTheDefault) {
  const Event event{at(1), "copy", StepStarted{.boot_ns = 86'400'000'000'123}};
  EXPECT_EQ(encode(event).payload, R"({"boot":86400000000123})");
}

TEST(EventCodec, WritesCanonicalJsonWithSortedKeys) {
  const Event event{at(1), "copy",
                    StepStarted{.attempt = 2,
                                .effect_class = EffectClass::keyed,
                                .inputs = {{"to", "b"}, {"from", "a"}},
                                .boot_ns = 5}};
  EXPECT_EQ(encode(event).payload,
            R"({"attempt":2,"boot":5,"class":"keyed","inputs":{"from":"a","to":"b"}})");
}

TEST(EventCodec, ListsTheKeysOfEachEventInTheirOrder) {
  for (const EventFormat& format : event_formats()) {
    EXPECT_TRUE(std::is_sorted(format.keys.begin(), format.keys.end())) << format.name;
    EXPECT_EQ(std::set<std::string_view>(format.keys.begin(), format.keys.end()).size(),
              format.keys.size())
        << format.name;
  }
}

TEST(EventCodec, NeverWritesTheContentOfASecret) {
  Value::Map outputs{{"password", Value{"hunter2"}.as_secret()}};
  const std::string payload = encode({at(1), "s", StepSucceeded{.outputs = outputs}}).payload;
  EXPECT_EQ(payload, R"({"outputs":{"password":{"$secret":true}}})");
}

TEST(EventCodec, KeepsMapsWhoseKeysLookLikeMarks) {
  const Event event{at(1), "s", StepSucceeded{.outputs = {{"$duration", 5}, {"$map", "x"}}}};
  const auto decoded = decode(encode(event));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded.value(), event);
}

TEST(EventCodec, SaysThatAnUnknownTypeNeedsANewerRung) {
  const auto decoded = decode({.type = 999, .version = 1, .at = at(1), .step = "", .payload = ""});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code(), ErrorCode::conflict);
  EXPECT_THAT(decoded.error().message(), HasSubstr("needs a newer rung"));
}

TEST(EventCodec, SaysThatAnUnknownVersionNeedsANewerRung) {
  EncodedEvent encoded = encode({at(1), "s", StepSucceeded{}});
  encoded.version = 2;
  const auto decoded = decode(encoded);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code(), ErrorCode::conflict);
}

TEST(EventCodec, SaysThatAnUnknownFieldNeedsANewerRung) {
  EncodedEvent encoded = encode({at(1), "s", StepSucceeded{}});
  encoded.payload = R"({"colour":"red"})";
  const auto decoded = decode(encoded);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code(), ErrorCode::conflict);
  EXPECT_THAT(decoded.error().message(), HasSubstr("step.succeeded"));
}

struct BadPayload {
  const char* name;
  const char* payload;
};
class EventCodecRefuses : public ::testing::TestWithParam<BadPayload> {};
TEST_P(EventCodecRefuses, APayloadThatItDoesNotWrite) {
  EncodedEvent encoded = encode({at(1), "s", StepStarted{}});
  encoded.payload = GetParam().payload;
  const auto decoded = decode(encoded);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code(), ErrorCode::corrupt);
  EXPECT_THAT(decoded.error().message(), HasSubstr("step.started"));
}
INSTANTIATE_TEST_SUITE_P(, EventCodecRefuses,
                         ::testing::Values(BadPayload{"NoJson", "{"}, BadPayload{"AList", "[]"},
                                           BadPayload{"ANumber", "5"},
                                           BadPayload{"AWrongKind", R"({"attempt":"2"})"},
                                           BadPayload{"AFraction", R"({"attempt":2.5})"},
                                           BadPayload{"AnUnknownName", R"({"class":"twice"})"},
                                           BadPayload{"TextForAMap", R"({"inputs":"x"})"}),
                         [](const auto& given) { return given.param.name; });

TEST(EventNames, FindTheNameOfEachPayloadAndType) {
  EXPECT_EQ(name_of(Payload{StepStarted{}}), "step.started");
  EXPECT_EQ(name_of(Payload{Voted{}}), "approval.voted");
  EXPECT_EQ(name_of_type(22), "step.succeeded");
  EXPECT_EQ(name_of_type(12), "");
}

TEST(RunStatusNames, AreReadBackAsTheyAreWritten) {
  EXPECT_EQ(name_of(RunStatus::in_doubt), "in_doubt");
  EXPECT_EQ(parse_run_status("cancelled"), RunStatus::cancelled);
  EXPECT_EQ(parse_run_status("done"), std::nullopt);
}

}  // namespace
}  // namespace rung::state
