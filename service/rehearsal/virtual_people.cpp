#include "service/rehearsal/virtual_people.h"

#include <algorithm>
#include <utility>

namespace rung::service {
namespace {

using engine::RunState;
using engine::StepStatus;
using runbooks::Act;
using runbooks::ActVerb;
using runbooks::Step;

bool waits_for_signal(const engine::Graph& graph, const RunState& run, const std::string& name) {
  return std::any_of(run.active.begin(), run.active.end(), [&](const auto i) {
    return engine::StepTree(graph, run.loops).step(i).wait.signal == name &&
           run.at(i).status == StepStatus::running;
  });
}

// Nothing goes on until somebody steps in.
bool has_stopped(const RunState& run) {
  switch (engine::status_of(run)) {
    case state::RunStatus::paused:
    case state::RunStatus::in_doubt:
    case state::RunStatus::stuck: return true;
    case state::RunStatus::queued:
    case state::RunStatus::running:
    case state::RunStatus::waiting:
    case state::RunStatus::undoing:
    case state::RunStatus::succeeded:
    case state::RunStatus::failed:
    case state::RunStatus::undone:
    case state::RunStatus::cancelled: return false;
  }
  return false;
}

// Whether somebody can do it now.
bool is_possible(const Act& act, const engine::Graph& graph, const RunState& run) {
  const auto step = engine::StepTree(graph, run.loops).find(act.step);
  const StepStatus status = step ? run.at(*step).status : StepStatus::waiting;
  switch (act.verb) {
    case ActVerb::approve:
    case ActVerb::reject:
    case ActVerb::decide:
    case ActVerb::done: return status == StepStatus::running;
    case ActVerb::signal: return waits_for_signal(graph, run, act.step);
    case ActVerb::resolve: return status == StepStatus::in_doubt;
    case ActVerb::retry: return status == StepStatus::failed;
    case ActVerb::skip: return status == StepStatus::failed || status == StepStatus::running;
    case ActVerb::pause: return run.phase != engine::RunPhase::created;
    case ActVerb::resume: return run.paused.has_value();
    case ActVerb::cancel:
    case ActVerb::undo: return has_stopped(run);
  }
  return false;
}

engine::Command command_of(const Act& act) {
  const engine::By by{act.who, act.groups, act.say};
  switch (act.verb) {
    case ActVerb::approve: return engine::Vote{act.step, true, by};
    case ActVerb::reject: return engine::Vote{act.step, false, by};
    case ActVerb::decide: return engine::PickOption{act.step, act.option, by};
    case ActVerb::done: return engine::FinishManual{act.step, act.outputs, by};
    case ActVerb::signal: return engine::SendSignal{act.step, act.payload, by};
    case ActVerb::resolve: {
      const auto as = engine::parse_resolve_as(act.as);
      return engine::Resolve{act.step, as.value_or(engine::ResolveAs::failed), act.outputs, by};
    }
    case ActVerb::retry: return engine::RetryStep{act.step, by, act.with};
    case ActVerb::skip: return engine::SkipStep{act.step, act.outputs, by};
    case ActVerb::pause: return engine::Pause{by};
    case ActVerb::resume: return engine::Continue{by};
    case ActVerb::cancel:
      return engine::Cancel{act.kills ? engine::CancelRunning::kill : engine::CancelRunning::drain,
                            by};
    case ActVerb::undo: return engine::Undo{by};
  }
  return engine::Go{};
}

}  // namespace

VirtualPeople::VirtualPeople(const std::vector<Act>& acts) {
  for (const Act& act : acts) acts_.push_back({&act, std::nullopt, false});
}

// Votes come from several people at once; of all else an answer is for one question.
bool VirtualPeople::is_turn(const Planned& planned) const {
  const Act& act = *planned.act;
  if (act.verb == ActVerb::approve || act.verb == ActVerb::reject) return true;
  for (const Planned& other : acts_) {
    if (&other == &planned) return true;
    if (!other.is_done && other.act->verb == act.verb && other.act->step == act.step) return false;
  }
  return true;
}

void VirtualPeople::look(const engine::Graph& graph, const RunState& run, Duration now,
                         Duration begun) {
  for (Planned& planned : acts_) {
    if (planned.is_done || planned.due || !is_turn(planned)) continue;
    const Act& act = *planned.act;
    if (act.is_from_start)
      planned.due = begun + act.delay;
    else if (is_possible(act, graph, run))
      planned.due = now + act.delay;
  }
}

std::optional<Duration> VirtualPeople::next_due() const {
  std::optional<Duration> next;
  for (const Planned& planned : acts_) {
    if (planned.is_done || !planned.due) continue;
    next = next ? std::min(*next, *planned.due) : *planned.due;
  }
  return next;
}

std::vector<VirtualPeople::Due> VirtualPeople::take_due(Duration now) {
  std::vector<Due> due;
  for (Planned& planned : acts_) {
    if (planned.is_done || !planned.due || *planned.due > now) continue;
    planned.is_done = true;
    due.push_back({planned.act, command_of(*planned.act)});
  }
  return due;
}

std::vector<const Act*> VirtualPeople::left() const {
  std::vector<const Act*> left;
  for (const Planned& planned : acts_) {
    if (!planned.is_done) left.push_back(planned.act);
  }
  return left;
}

}  // namespace rung::service
