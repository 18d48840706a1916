#pragma once

#include "service/describe_run.h"
#include "service/history.h"

#include <memory>
#include <string>
#include <string_view>

namespace rung::cli {

// A run whose journal a test writes by hand. Times are of one day, "03:13:20".
class ScriptedRun {
 public:
  // Requires: the runbook is valid.
  explicit ScriptedRun(std::string_view yaml);

  // Run 42 of mira.
  ScriptedRun& created(std::string_view at, state::RunCreated event);
  ScriptedRun& claimed(std::string_view at, std::int64_t pid);
  ScriptedRun& event(std::string_view at, std::string step, state::Payload payload);

  service::RunView view(const std::string& viewer = "mira", bool is_driven = true) const;
  const service::History& history() const { return *history_; }
  const std::vector<state::Event>& events() const { return events_; }
  static TimePoint time(std::string_view at);

 private:
  std::unique_ptr<engine::Graph> graph_;
  std::unique_ptr<service::History> history_;
  std::vector<state::Event> events_;
};

// Compares with tests/cli/golden/NAME.txt; UPDATE_GOLDEN=1 writes it.
void expect_golden(const std::string& name, const std::string& text);

}  // namespace rung::cli
