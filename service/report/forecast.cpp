#include "service/report/forecast.h"

#include <algorithm>

namespace rung::service {
namespace {

// The value below which at least that part of all lies.
Duration quantile(const std::vector<Duration>& sorted, std::size_t percent) {
  const std::size_t rank = (sorted.size() * percent + 99) / 100;
  return sorted[rank == 0 ? 0 : rank - 1];
}

Expected expected_of(std::vector<Duration> took) {
  std::sort(took.begin(), took.end());
  return {quantile(took, 50), quantile(took, 90), static_cast<std::int64_t>(took.size())};
}

}  // namespace

EarlierRun earlier_run(const std::vector<state::Event>& events) {
  EarlierRun run;
  std::map<std::string, TimePoint, std::less<>> began;
  for (const state::Event& event : events) {
    const auto& payload = event.payload;
    const bool begins = std::holds_alternative<state::StepStarted>(payload) ||
                        std::holds_alternative<state::StepOpened>(payload);
    if (begins) began.try_emplace(event.step, event.at);
    if (std::holds_alternative<state::StepSucceeded>(payload)) {
      const auto from = began.find(event.step);
      if (from != began.end()) run.steps.insert_or_assign(event.step, event.at - from->second);
    }
    const auto* finished = std::get_if<state::RunFinished>(&payload);
    if (finished != nullptr && finished->status == state::RunStatus::succeeded)
      run.took = event.at - events.front().at;
  }
  return run;
}

Forecast forecast_from(const std::vector<EarlierRun>& runs) {
  std::vector<Duration> whole;
  std::map<std::string, std::vector<Duration>, std::less<>> steps;
  for (const EarlierRun& run : runs) {
    if (run.took) whole.push_back(*run.took);
    for (const auto& [step, took] : run.steps) steps[step].push_back(took);
  }
  Forecast forecast;
  if (!whole.empty()) forecast.whole = expected_of(std::move(whole));
  for (auto& [step, took] : steps) forecast.steps.emplace(step, expected_of(std::move(took)));
  return forecast;
}

}  // namespace rung::service
