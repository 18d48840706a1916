#include "service/report/forecast.h"

#include <gtest/gtest.h>

namespace rung::service {
namespace {

using namespace std::chrono_literals;

EarlierRun run_of(std::chrono::seconds whole, std::chrono::seconds copy) {
  return {whole, {{"copy", copy}}};
}

std::vector<state::Event> journal(state::RunStatus end) {
  const TimePoint begin = parse_time("2026-03-27T03:00:00Z").value();
  return {{begin, "", state::RunCreated{}},
          {begin + 1s, "copy", state::StepStarted{}},
          {begin + 2s, "copy", state::RetryScheduled{}},
          {begin + 5s, "copy", state::StepStarted{.attempt = 2}},
          {begin + 7s, "copy", state::StepSucceeded{}},
          {begin + 7s, "tell", state::StepStarted{}},
          {begin + 8s, "tell", state::StepFailed{}},
          {begin + 9s, "", state::RunFinished{end, "", {}}}};
}

TEST(Forecast, IsTheMedianAndTheValueThatNineOfTenDoNotExceed) {
  std::vector<EarlierRun> runs;
  for (int i = 1; i <= 10; ++i) runs.push_back(run_of(10s * i, 1s * i));
  const Forecast forecast = forecast_from(runs);
  EXPECT_EQ(forecast.whole->median, 50s);
  EXPECT_EQ(forecast.whole->p90, 90s);
  EXPECT_EQ(forecast.steps.at("copy").median, 5s);
  EXPECT_EQ(forecast.steps.at("copy").p90, 9s);
  EXPECT_EQ(forecast.steps.at("copy").runs, 10);
}

TEST(Forecast, OfOneRunIsThatRun) {
  EXPECT_EQ(forecast_from({run_of(7s, 3s)}).whole->p90, 7s);
}

TEST(Forecast, IsNoneWithoutEarlierRuns) {
  EXPECT_FALSE(forecast_from({}).whole.has_value());
}

TEST(Forecast, TakesAStepFromItsFirstTryToItsEnd) {
  EXPECT_EQ(earlier_run(journal(state::RunStatus::succeeded)).steps.at("copy"), 6s);
}

TEST(Forecast, TakesNoStepThatFailed) {
  EXPECT_FALSE(earlier_run(journal(state::RunStatus::succeeded)).steps.contains("tell"));
}

TEST(Forecast, TakesTheWholeOnlyOfRunsThatSucceeded) {
  EXPECT_EQ(earlier_run(journal(state::RunStatus::succeeded)).took, 9s);
  EXPECT_FALSE(earlier_run(journal(state::RunStatus::failed)).took.has_value());
}

}  // namespace
}  // namespace rung::service
