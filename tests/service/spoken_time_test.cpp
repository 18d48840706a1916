#include "service/spoken_time.h"

#include <gtest/gtest.h>

namespace rung::service {
namespace {

using namespace std::chrono_literals;

struct Case {
  Duration duration;
  const char* text;
};

class MeasuredTime : public ::testing::TestWithParam<Case> {};

TEST_P(MeasuredTime, HasThreeDigitsOrTwoUnitsAndIsNeverLess) {
  EXPECT_EQ(measured(GetParam().duration), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(, MeasuredTime,
                         ::testing::Values(Case{0s, "0s"}, Case{-1s, "0s"}, Case{7ns, "7ns"},
                                           Case{1234ns, "1.24us"}, Case{509us + 526ns, "510us"},
                                           Case{999us + 999ns, "1ms"}, Case{12ms + 340us, "12.4ms"},
                                           Case{4378ms, "4.38s"}, Case{6s, "6s"},
                                           Case{6s + 1ns, "6.01s"}, Case{59s + 999ms, "1m"},
                                           Case{118s + 1ms, "1m59s"}, Case{3h + 2min + 1s, "3h03m"},
                                           Case{24h + 1ns, "1d1h"}),
                         [](const auto& given) { return "Case" + std::to_string(given.index); });

TEST(SpokenValue, IsADurationAsMeasuredAndEverythingElseAsItIs) {
  EXPECT_EQ(spoken(Value(Duration(509us + 526ns))), "510us");
  EXPECT_EQ(spoken(Value("4.378s")), "4.378s");
  EXPECT_EQ(spoken(Value(4378)), "4378");
}

TEST(LooksOfAWait, AreNotEveryListOfThatName) {
  const Value look(Value::Map{{"at", "12:00"}, {"outputs", Value()}});
  EXPECT_TRUE(holds_looks("samples", Value(Value::List{look})));
  EXPECT_FALSE(holds_looks("samples", Value(Value::List{1, 2})));
  EXPECT_FALSE(holds_looks("rows", Value(Value::List{look})));
}

}  // namespace
}  // namespace rung::service
