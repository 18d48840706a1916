#pragma once

#include "base/hash.h"
#include "state/store.h"

#include <string>

namespace rung::state {

inline TimePoint time_at(std::int64_t seconds) {
  return TimePoint{std::chrono::seconds{1'770'000'000 + seconds}};
}

inline constexpr const char* kPlanJson = R"({"name":"orders-failover"})";

// A run's first write: its creation, with its plan.
inline RunWrite creation(std::int64_t run, Epoch epoch) {
  const std::string plan = to_hex(sha256({kPlanJson}));
  RunWrite write;
  write.run = RunId{run};
  write.epoch = epoch;
  write.events.push_back(
      {time_at(0), "", RunCreated{.runbook = "orders-failover", .plan = plan, .who = "mila"}});
  write.summary = RunSummary{.run = RunId{run},
                             .runbook = "orders-failover",
                             .plan = plan,
                             .status = RunStatus::running,
                             .reason = "",
                             .who = "mila",
                             .created_at = time_at(0),
                             .finished_at = std::nullopt,
                             .wake_at = std::nullopt};
  write.plan_json = std::make_shared<const std::string>(kPlanJson);
  return write;
}

// One more event of a run that has `length` of them.
inline RunWrite next_event(std::int64_t run, Epoch epoch, std::int64_t length, Event event) {
  RunWrite write;
  write.run = RunId{run};
  write.epoch = epoch;
  write.expected = Seq{length};
  write.events.push_back(std::move(event));
  return write;
}
inline RunWrite a_start(std::int64_t run, Epoch epoch, std::int64_t length) {
  return next_event(run, epoch, length,
                    {time_at(length), "step" + std::to_string(length),
                     StepStarted{.boot_ns = 86'400'000'000'000 + length}});
}
inline RunWrite a_success(std::int64_t run, Epoch epoch, std::int64_t length) {
  return next_event(run, epoch, length,
                    {time_at(length), "step" + std::to_string(length - 1), StepSucceeded{}});
}
inline RunWrite with_status(RunWrite write, RunStatus status,
                            std::optional<TimePoint> wake_at = std::nullopt) {
  write.summary = creation(write.run.number, write.epoch).summary;
  write.summary->status = status;
  write.summary->wake_at = wake_at;
  if (is_terminal(status)) write.summary->finished_at = time_at(100);
  return write;
}

}  // namespace rung::state
