#include "service/report/report.h"

#include "service/describe_run.h"
#include "service/report/left_to_do.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace rung::service {
namespace {

using Phases = std::map<std::string, std::string, std::less<>>;

StepKinds kinds_of(const RunView& run, const runbooks::Plan& plan) {
  StepKinds kinds;
  kinds.emplace(plan.step(plan.root).address, StepKind::group);
  kinds.emplace(plan.step(plan.finally).address, StepKind::group);
  for (const StepView& step : run.steps) kinds.insert_or_assign(step.address, step.kind);
  return kinds;
}

// What is looked at beside the steps takes no time of theirs; what it came to is the run's end.
std::vector<state::Event> without_guards(const std::vector<state::Event>& events,
                                         const engine::Graph& graph) {
  std::set<std::string_view> guards;
  for (const runbooks::StepIndex i : graph.guards()) guards.insert(graph.step(i).address);
  std::vector<state::Event> kept;
  for (const state::Event& event : events) {
    if (!guards.contains(event.step)) kept.push_back(event);
  }
  return kept;
}

Phases phases_of(const RunView& run) {
  Phases phases;
  for (const StepView& step : run.steps) {
    if (!step.phase.empty()) phases.emplace(step.address, step.phase);
  }
  return phases;
}

std::vector<Interruption> interruptions_of(const RunView& run, const Lives& lives) {
  std::vector<Interruption> all;
  for (const auto& [from, to] : lives.paused) all.push_back({Part::people, from, to});
  if (!run.locks.empty() && run.locks.front().step.empty()) {  // all of them at once
    const LockView& lock = run.locks.front();
    all.push_back({Part::wait, lock.asked_at, lock.taken_at.value_or(run.last_at)});
  }
  for (const EngineView& engine : run.engines) {
    if (engine.is_takeover && engine.was_interrupted)
      all.push_back({Part::engine, engine.last_seen, engine.at});
  }
  return all;
}

Duration people_in(const Life& life) {
  Duration sum{};
  for (const Span& span : life.spans) {
    if (span.doing == Doing::asking || span.doing == Doing::doubted) sum += span.to - span.from;
  }
  return sum;
}

bool is_slower(const StepTimes& times) {
  constexpr std::int64_t kEnough = 3;  // fewer runs say nothing of what is usual
  return times.expected && times.expected->runs >= kEnough &&
         times.took > times.expected->p90 + std::chrono::seconds(1);
}

std::vector<StepTimes> times_of(const Network& network, const CriticalPath& path,
                                const Forecast& forecast) {
  std::map<const NetworkNode*, Duration> on_path;
  for (const PathPiece& piece : path.pieces) {
    if (piece.step != nullptr) on_path[piece.step] += piece.to - piece.from;
  }
  std::vector<StepTimes> all;
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    const NetworkNode& node = network.nodes[i];
    if (node.life == nullptr || node.life->is_group) continue;
    StepTimes times;
    times.step = node.address;
    times.took = node.to - node.from;
    times.people = people_in(*node.life);
    times.slack = path.slack[i];
    if (const auto found = on_path.find(&node); found != on_path.end())
      times.on_path = found->second;
    if (const auto usual = forecast.steps.find(node.address); usual != forecast.steps.end())
      times.expected = usual->second;
    times.is_slow = is_slower(times);
    all.push_back(std::move(times));
  }
  return all;
}

}  // namespace

Report make_report(const History& history, const std::vector<state::Event>& events,
                   const Viewer& viewer, ReportRequest request) {
  Report report;
  report.run = describe_run(history, viewer);
  const RunView& run = report.run;
  const runbooks::Plan& plan = history.graph().plan();
  report.until = run.finished_at.value_or(std::max(request.now, run.last_at));
  report.took = report.until - run.created_at;
  report.is_rto_met = run.status == RunStatus::succeeded && report.took <= run.rto;
  const StepKinds kinds = kinds_of(run, plan);
  std::vector<state::Event> of_steps;
  const bool has_guards = !history.graph().guards().empty();
  if (has_guards) of_steps = without_guards(events, history.graph());
  const std::vector<state::Event>& told = has_guards ? of_steps : events;
  report.timeline = timeline_of(told, kinds);
  report.looks = looks_of(events);

  Lives lives = lives_of(told, kinds, report.until);
  const Network network = network_of(plan, lives);
  const CriticalPath path = critical_path(network, run.created_at, report.until);
  report.path = parts_of(path, phases_of(run), interruptions_of(run, lives));
  report.parts = sums_of(report.path);
  report.steps = times_of(network, path, request.forecast);
  for (Life& life : lives.steps) {
    if (!life.is_group && !life.address.empty()) report.lives.push_back(std::move(life));
  }
  report.expected = request.forecast.whole;
  report.left = left_to_do(history, run);
  report.evidence = std::move(request.evidence);
  return report;
}

}  // namespace rung::service
