#pragma once

#include "service/run_view.h"
#include "service/store_place.h"

#include <string>
#include <vector>

namespace rung::service {

// What a step's command printed, of one attempt and one stream, wherever it lies now.
struct LogText {
  std::string address;
  std::int64_t attempt = 0;
  bool is_stderr = false;
  bool is_running = false;
  std::string path;
  std::string corrected;  // inputs of the step that people corrected: "url, env.REGION"
};

// The logs of a run, in the order in which the steps began; of one step where `step` is not "".
// Of each step the latest attempt, or all of them with `attempt` < 0, or just that one.
std::vector<LogText> logs_of(const StorePlace& place, const RunView& run, const std::string& step,
                             std::int64_t attempt);

// The last lines that a running step printed, at most `lines`. Cheap: reads a few KiB.
std::vector<std::string> tail_of_running(const StorePlace& place, RunId run, const StepView& step,
                                         std::size_t lines);

}  // namespace rung::service
