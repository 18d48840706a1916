#pragma once

#include "base/time.h"
#include "state/event.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rung::service {

// How long an earlier run of the same runbook took, and its steps that succeeded.
struct EarlierRun {
  std::optional<Duration> took;  // of one that succeeded
  std::map<std::string, Duration, std::less<>> steps;
};
EarlierRun earlier_run(const std::vector<state::Event>& events);

struct Expected {
  Duration median{};
  Duration p90{};
  std::int64_t runs = 0;  // that it is taken from
};

// What can be expected of a runbook after its earlier runs.
struct Forecast {
  std::optional<Expected> whole;
  std::map<std::string, Expected, std::less<>> steps;
};
Forecast forecast_from(const std::vector<EarlierRun>& runs);

}  // namespace rung::service
