#include "service/report/condense.h"

#include <gmock/gmock.h>

namespace rung::service {
namespace {

using namespace std::chrono_literals;
using ::testing::SizeIs;

TimePoint at(std::size_t second) {
  return TimePoint(std::chrono::seconds(1'000'000 + second));
}

std::vector<Moment> many_tries(std::size_t count) {
  std::vector<Moment> timeline;
  for (std::size_t i = 0; i < count; ++i) {
    Moment moment{.at = at(i), .kind = MomentKind::attempt, .step = "s" + std::to_string(i)};
    moment.what = "try 1";
    moment.lasted = std::chrono::milliseconds(i);
    timeline.push_back(std::move(moment));
  }
  return timeline;
}

TEST(Condense, LeavesAShortTimelineAsItIs) {
  EXPECT_THAT(condense(many_tries(100)), SizeIs(100));
}

TEST(Condense, KeepsWhatPeopleDidAmongTenThousandSteps) {
  auto timeline = many_tries(10'000);
  timeline[5'000].kind = MomentKind::person;
  const auto shown = condense(timeline);
  EXPECT_LE(shown.size(), 2 * kMostMoments + 1);
  const auto is_person = [&](const CondensedMoment& one) { return one.moment == &timeline[5'000]; };
  EXPECT_TRUE(std::any_of(shown.begin(), shown.end(), is_person));
}

TEST(Condense, CountsWhatItLeavesOut) {
  const auto timeline = many_tries(10'000);
  const auto shown = condense(timeline);
  ASSERT_EQ(shown.front().moment, nullptr);
  EXPECT_EQ(shown.front().summary, "9850 done");
  std::size_t counted = 0;
  for (const CondensedMoment& one : shown) counted += one.moment == nullptr ? one.left_out : 1;
  EXPECT_EQ(counted, timeline.size());
}

TEST(Condense, ShowsTheSlowAndTheLongestSteps) {
  std::vector<StepTimes> steps(1'000);
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i].took = std::chrono::seconds(i);
  steps[3].is_slow = true;
  const CondensedSteps shown = condense(steps);
  EXPECT_EQ(shown.steps.size(), kMostSteps);
  EXPECT_EQ(shown.steps.front(), &steps[3]);
  EXPECT_EQ(shown.left_out, 1'000 - kMostSteps);
  EXPECT_EQ(shown.longest_left_out, 940s);
}

TEST(Condense, AddsUpTheShortPiecesOfThePath) {
  std::vector<PartPiece> path;
  for (std::size_t i = 0; i < 100; ++i)
    path.push_back({Part::other, "s", at(10 * i), at(10 * i + 1)});
  const CondensedPath shown = condense(path);
  EXPECT_EQ(shown.pieces.size(), kMostPieces);
  EXPECT_EQ(shown.left_out_took, std::chrono::seconds(100 - kMostPieces));
}

}  // namespace
}  // namespace rung::service
