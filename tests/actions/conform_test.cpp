#include "actions/conform.h"

#include <gmock/gmock.h>

namespace rung::actions {
namespace {

using testing::HasSubstr;

ActionSpec a_spec() {
  ActionSpec spec;
  spec.name = "disk.grow";
  spec.inputs = {
      {"volume", Type::string, FieldKind::data, true, "Which one."},
      {"by", Type::size, FieldKind::data, false, "How much."},
      {"mode", Type::enumeration, FieldKind::data, false, "How.", {"online", "offline"}},
  };
  return spec;
}

std::string refusal(Value::Map with) {
  const auto result = conform(a_spec(), std::move(with));
  return result ? "accepted" : result.error().message();
}

TEST(Conform, GivesEachFieldItsType) {
  const auto with = conform(a_spec(), {{"volume", "data"}, {"by", "10GB"}});
  ASSERT_TRUE(with);
  EXPECT_EQ(with.value().at("by"), Value(Bytes{10'000'000'000}));
}

TEST(Conform, TreatsANullFieldAsNotGiven) {
  const auto with = conform(a_spec(), {{"volume", "data"}, {"by", Value()}});
  ASSERT_TRUE(with);
  EXPECT_EQ(with.value().count("by"), 0U);
}

TEST(Conform, KeepsTheSecretMark) {
  const auto with = conform(a_spec(), {{"volume", Value("data").as_secret()}});
  ASSERT_TRUE(with);
  EXPECT_TRUE(with.value().at("volume").is_secret());
}

TEST(Conform, RefusesAnUnknownFieldAndProposesTheNearest) {
  EXPECT_THAT(refusal({{"volume", "data"}, {"volum", "x"}}), HasSubstr("did you mean \"volume\"?"));
}

TEST(Conform, RefusesAMissingRequiredField) {
  EXPECT_THAT(refusal({}), HasSubstr("disk.grow: `volume` is missing"));
}

TEST(Conform, RefusesAWordThatIsNotAChoice) {
  EXPECT_THAT(refusal({{"volume", "data"}, {"mode", "later"}}),
              HasSubstr("`mode` is one of online, offline, not later"));
}

TEST(Conform, NamesTheFieldOfAValueOfTheWrongType) {
  EXPECT_THAT(refusal({{"volume", "data"}, {"by", "much"}}), HasSubstr("disk.grow: `by`"));
}

}  // namespace
}  // namespace rung::actions
