#include "runbooks/watch_reader.h"

#include "runbooks/check_reader.h"
#include "runbooks/value_reader.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

constexpr Duration kEvery = std::chrono::seconds(10);

OnTimeout on_timeout(const std::string& word) {
  if (word == "pause") return OnTimeout::pause;
  if (word == "continue") return OnTimeout::proceed;
  return OnTimeout::fail;
}

void check_times(const Fields& wait, const Fields& step, const WatchSpec& watch, Duration timeout,
                 Report& report) {
  if (timeout == Duration::zero()) {
    report.error(step.place("wait"), "a wait that looks needs a `timeout`",
                 "write  wait: {check: ..., until: ..., timeout: 10m}");
    return;
  }
  const auto shorter = [&](std::string_view key, Duration value) {
    if (!wait.has(key) || value <= timeout) return;
    report.error(wait.place(key), "`" + std::string(key) + "` is longer than the `timeout`",
                 "write a timeout above " + to_string(value));
  };
  shorter("hold", watch.hold);
  shorter("every", watch.every);
  refuse_too_often(wait, watch.every, report);
}

}  // namespace

void read_watch(const Fields& wait, const Fields& step, const Reading& reading, DraftStep& draft) {
  WatchSpec watch;
  watch.every = wait.duration("every").value_or(kEvery);
  watch.hold = wait.duration("hold").value_or(Duration::zero());
  watch.on_timeout = on_timeout(wait.text("on_timeout"));
  const auto beside = step.duration("timeout").value_or(Duration::zero());
  const Duration timeout = std::max(draft.step.timeout, beside);
  if (!wait.has("every") && timeout > Duration::zero()) watch.every = std::min(kEvery, timeout);
  check_times(wait, step, watch, timeout, reading.report);
  const Node* node = wait.get("check");
  if (node == nullptr) return;
  const Fields check(*node, check_table(), reading.report);
  watch.look_timeout = look_timeout(check);
  if (!read_check(check, reading, draft)) return;
  if (!draft.step.action.expect.text.empty()) {
    reading.report.error(
        check.place("http"), "what a wait waits for stands in `until`",
        "write  until: " + draft.step.action.expect.text + "  beside `check`, and remove `expect`");
  }
  if (const Node* until = wait.get("until")) {
    watch.until =
        ValueReader(reading.report, draft.uses)
            .condition(*until, "until", names_of_outputs(draft.step.action, reading.catalog));
  } else if (!wait.has("until")) {
    reading.report.error(step.place("wait"), "a wait that looks needs `until`",
                         "add  until: CONDITION  on the check's outputs, such as code == 200");
  }
  draft.step.watch = std::move(watch);
}

void refuse_keys_of_a_check(const Fields& wait, Report& report) {
  for (const std::string_view key : {"until", "hold", "every", "on_timeout"}) {
    if (!wait.has(key)) continue;
    report.error(wait.place(key), "`" + std::string(key) + "` goes with `check`",
                 "remove it, or write  check: {uses: ...}  beside it");
  }
}

}  // namespace rung::runbooks
