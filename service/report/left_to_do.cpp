#include "service/report/left_to_do.h"

#include "service/undo_view.h"

#include <array>

namespace rung::service {
namespace {

constexpr std::array<std::pair<LeftKind, std::string_view>, 6> kLeftKinds = {{
    {LeftKind::doubt, "doubt"},
    {LeftKind::tolerated, "tolerated"},
    {LeftKind::skipped, "skipped"},
    {LeftKind::not_undone, "not_undone"},
    {LeftKind::way_back, "way_back"},
    {LeftKind::waits, "waits"},
}};

const runbooks::Step* planned(const History& history, const std::string& address) {
  const auto found = history.tree().find(address);
  return found ? &history.tree().step(*found) : nullptr;
}

void add_steps(const History& history, const RunView& run, std::vector<Left>& left) {
  for (const StepView& step : run.steps) {
    const runbooks::Step* plan = planned(history, step.address);
    const std::string error = step.error ? step.error->message : "";
    if (step.status == StepStatus::in_doubt && run.is_over()) {
      const std::string how = plan == nullptr ? "" : plan->how_to_tell;
      left.push_back({LeftKind::doubt, step.address,
                      "nobody knows whether it happened" + (how.empty() ? "" : "; look: " + how),
                      ""});
    } else if (step.status == StepStatus::failed && step.is_tolerated) {
      const std::string why = plan != nullptr && plan->tolerate ? " (" + *plan->tolerate + ")" : "";
      left.push_back({LeftKind::tolerated, step.address, "failed: " + error + why, ""});
    } else if (step.status == StepStatus::skipped && !step.who.empty()) {
      left.push_back(
          {LeftKind::skipped, step.address,
           "skipped by " + step.who + (error.empty() ? "" : " after it failed: " + error), ""});
    }
  }
}

void add_undo(const History& history, const RunView& run, std::vector<Left>& left) {
  if (run.status == RunStatus::succeeded || !run.is_over()) return;
  const UndoView undo = describe_undo(history);
  for (const UndoStepView& step : undo.steps) {
    left.push_back({LeftKind::not_undone, step.step,
                    step.state + "; its undo (" + step.undo + ", " + step.uses + ") has not run",
                    ""});
  }
  for (const std::string& step : undo.left_as_is)
    left.push_back({LeftKind::not_undone, step, "acted, and has no undo", ""});
}

}  // namespace

std::string_view name_of(LeftKind kind) {
  return kLeftKinds[static_cast<std::size_t>(kind)].second;
}

std::vector<Left> left_to_do(const History& history, const RunView& run) {
  std::vector<Left> left;
  add_steps(history, run, left);
  add_undo(history, run, left);
  if (run.no_return && run.is_over())
    left.push_back({LeftKind::way_back, run.no_return->step, run.no_return->text, ""});
  for (const Need& need : run.needs) {
    left.push_back({LeftKind::waits, need.step, need.text,
                    need.ways.empty() ? "" : need.ways.front().command});
  }
  return left;
}

}  // namespace rung::service
