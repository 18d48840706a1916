#include "service/brief.h"

#include <algorithm>

namespace rung::service {
namespace {

std::string in_seconds(Duration duration) {
  return to_string(Duration(std::chrono::floor<std::chrono::seconds>(duration)));
}

void sort_steps(const RunView& run, Brief& brief) {
  for (const StepView& step : run.steps) {
    if (step.kind == StepKind::group) continue;
    switch (step.status) {
      case StepStatus::succeeded:
      case StepStatus::undone: brief.done.push_back(step.address); break;
      case StepStatus::running:
      case StepStatus::backing_off:
      case StepStatus::in_doubt:
      case StepStatus::failed: brief.running.push_back(step.address); break;
      case StepStatus::waiting:
        if (!run.is_over()) brief.next.push_back(step.address);
        break;
      case StepStatus::skipped: break;
    }
  }
}

void add_no_return(const RunView& run, Brief& brief) {
  if (run.no_return) {
    brief.risks.push_back("no return since " + run.no_return->step + ": " + run.no_return->text);
    return;
  }
  for (const StepView& step : run.steps) {
    if (step.no_return.empty() || step.status != StepStatus::waiting) continue;
    brief.risks.push_back(step.address + " is the point of no return: " + step.no_return);
    return;
  }
}

void add_doubts(const RunView& run, Brief& brief) {
  for (const StepView& step : run.steps) {
    if (!step.cannot_look.empty())
      brief.risks.push_back(step.address + " cannot look, and guards nothing: " + step.cannot_look);
    if (step.status == StepStatus::in_doubt)
      brief.risks.push_back(step.address + " is in doubt: nobody knows whether it happened");
    if (step.status == StepStatus::failed && !step.is_tolerated)
      brief.risks.push_back(step.address + " failed" +
                            (step.error ? ": " + step.error->message : ""));
    if (!step.corrected.empty())
      brief.risks.push_back(step.address + " does not run as written: inputs were corrected");
  }
}

void add_objective(const RunView& run, TimePoint now, Brief& brief) {
  if (run.rto <= Duration::zero()) return;
  const Duration left = run.created_at + run.rto - now;
  brief.risks.push_back("RTO " + to_string(run.rto) + ": " +
                        (left > Duration::zero() ? in_seconds(left) + " left"
                                                 : "missed " + in_seconds(-left) + " ago"));
}

void add_risks(const RunView& run, TimePoint now, Brief& brief) {
  add_no_return(run, brief);
  add_doubts(run, brief);
  const bool has_engine = std::none_of(run.needs.begin(), run.needs.end(), [](const Need& need) {
    return need.kind == NeedKind::engine;
  });
  if (!has_engine) brief.risks.emplace_back("no engine drives it: no timer fires, no step starts");
  add_objective(run, now, brief);
}

Value need_value(const Need& need) {
  return Value::Map{{"step", need.step},
                    {"text", need.text},
                    {"who", need.who},
                    {"since", need.since ? Value(to_string(*need.since)) : Value()},
                    {"then", need.then},
                    {"command", need.ways.empty() ? Value() : Value(need.ways.front().command)}};
}

Value deed_value(const Deed& deed) {
  return Value::Map{{"at", to_string(deed.at)},
                    {"who", deed.who},
                    {"what", deed.what},
                    {"step", deed.step},
                    {"say", deed.say}};
}

Value::List list_of(const std::vector<std::string>& items) {
  return {items.begin(), items.end()};
}

}  // namespace

Brief brief_of(const RunView& run, TimePoint now) {
  Brief brief;
  brief.run = run.name;
  brief.status = run.status;
  brief.commander = run.commander;
  sort_steps(run, brief);
  for (const Need& need : run.needs) {
    if (need.is_for_person) brief.waits.push_back(need);
  }
  brief.decided = run.deeds;
  if (!run.is_over()) add_risks(run, now, brief);
  for (const Need& need : brief.waits) {
    if (need.ways.empty()) continue;
    brief.command = need.ways.front().command;
    break;
  }
  return brief;
}

Value to_value(const Brief& brief) {
  Value::List waits;
  for (const Need& need : brief.waits) waits.push_back(need_value(need));
  Value::List decided;
  for (const Deed& deed : brief.decided) decided.push_back(deed_value(deed));
  return Value::Map{{"run", brief.run},
                    {"status", state::name_of(brief.status)},
                    {"commander", brief.commander},
                    {"done", list_of(brief.done)},
                    {"running", list_of(brief.running)},
                    {"next", list_of(brief.next)},
                    {"waits_for", std::move(waits)},
                    {"decided", std::move(decided)},
                    {"risks", list_of(brief.risks)},
                    {"command", brief.command}};
}

}  // namespace rung::service
