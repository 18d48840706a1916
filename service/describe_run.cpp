#include "service/describe_run.h"

#include "runbooks/plan_words.h"

#include <algorithm>
#include <map>

namespace rung::service {
namespace {

using engine::AttemptPhase;
using engine::NodeIndex;
using engine::StepState;
using runbooks::Step;

StepView view_of(const runbooks::Plan& plan, const engine::StepTree& tree,
                 const engine::RunState& run, NodeIndex i) {
  const Step& step = tree.step(i);
  const StepState& state = run.at(i);
  StepView view;
  view.address = tree.address(i);
  view.id = step.id.empty() ? view.address : step.id;
  view.title = step.title;
  view.place = runbooks::place_of(plan, step);
  view.kind = step.kind;
  view.uses = acts(step) ? step.action.uses : "";
  view.phase = step.phase;
  view.status = state.status;
  view.is_undo = step.undoes.has_value();
  view.is_adopted = state.is_adopted;
  view.is_tolerated = state.is_tolerated;
  view.attempts = state.attempts;
  view.generation = state.generation;
  view.effect_class = state.effect_class;
  view.inputs = state.inputs;
  view.target = state.target;
  view.outputs = state.outputs;
  if (state.status != StepStatus::succeeded) view.error = state.error;
  view.skipped_because = state.skipped_because;
  view.who = state.who;
  view.started_at = state.first_started_at;
  view.attempt_started_at = state.started_at;
  view.finished_at = state.finished_at;
  if (state.due) view.due = state.due->utc;
  view.timeout = step.timeout;
  view.no_return = step.point_of_no_return.value_or("");
  return view;
}

// A condition that cannot look guards nothing, and nobody would miss it.
std::string why_blind(const engine::RunState& run, NodeIndex guard) {
  const auto watch = run.watches.find(guard);
  const bool is_looking = run.at(guard).status == StepStatus::running;
  return is_looking && watch != run.watches.end() && watch->second.kept ? watch->second.kept->error
                                                                        : "";
}

void add_corrections(StepView& view, const History& history, NodeIndex i) {
  const auto& all = history.state().corrections;
  const auto found = all.find(i);
  if (found == all.end()) return;
  view.corrected = found->second;
  view.corrected_after = history.corrected_after(view.address);
}

// In reading order: a step, its undo where that began, what it holds.
void add_steps(const History& history, NodeIndex group, std::vector<StepView>& views) {
  const engine::StepTree tree = history.tree();
  const auto add = [&](NodeIndex i) {
    views.push_back(view_of(history.graph().plan(), tree, history.state(), i));
    add_corrections(views.back(), history, i);
  };
  for (const NodeIndex child : tree.children(group)) {
    add(child);
    const auto undo = tree.undo(child);
    if (undo && history.state().at(*undo).status != StepStatus::waiting) add(*undo);
    add_steps(history, child, views);
  }
}

std::string phase_of(const Step& step) {
  if (!step.phase.empty()) return step.phase;
  const bool asks = step.kind == StepKind::approve || step.kind == StepKind::manual ||
                    step.kind == StepKind::decide;
  return asks ? "people" : step.kind == StepKind::wait ? "wait" : "";
}

// The time in which at least one step of a phase was under way.
Duration covered(std::vector<std::pair<TimePoint, TimePoint>> spans) {
  std::sort(spans.begin(), spans.end());
  Duration sum{};
  TimePoint reached{};
  for (const auto& [from, to] : spans) {
    const TimePoint begin = std::max(from, reached);
    if (to > begin) sum += to - begin;
    reached = std::max(reached, to);
  }
  return sum;
}

std::vector<PhaseTime> phases_of(const engine::StepTree& tree, const engine::RunState& run) {
  static constexpr std::string_view kPhases[] = {"detect",  "wait",   "fence", "promote",
                                                 "repoint", "verify", "people"};
  std::map<std::string, std::vector<std::pair<TimePoint, TimePoint>>, std::less<>> spans;
  for (std::uint32_t n = 0; n < run.steps.size(); ++n) {
    const StepState& state = run.steps[n];
    const std::string phase = phase_of(tree.step({n}));
    if (phase.empty() || !state.first_started_at || tree.step({n}).guard) continue;
    spans[phase].emplace_back(*state.first_started_at, state.finished_at.value_or(run.last_at));
  }
  std::vector<PhaseTime> phases;
  for (const std::string_view phase : kPhases) {
    const auto found = spans.find(phase);
    if (found != spans.end()) phases.push_back({found->first, covered(found->second)});
  }
  return phases;
}

std::optional<Loss> loss_of(const std::vector<StepView>& steps) {
  std::optional<Loss> loss;
  for (const StepView& step : steps) {
    const auto found = step.outputs.find("rpo");
    const auto* lost = found == step.outputs.end() ? nullptr : found->second.get_if<Duration>();
    if (lost != nullptr && (!loss || *lost > loss->lost)) loss = Loss{*lost, step.address};
  }
  return loss;
}

// To the millisecond: what comes after it is noise.
std::string rounded(TimePoint time) {
  return to_string(TimePoint(std::chrono::floor<std::chrono::milliseconds>(time)));
}
Value text_or_null(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}
Value time_or_null(const std::optional<TimePoint>& time) {
  return time ? Value(rounded(*time)) : Value();
}

Value error_value(const std::optional<ActionError>& error) {
  if (!error) return {};
  return Value::Map{{"class", name_of(error->error_class)}, {"message", error->message}};
}

std::string_view kind_name(const StepView& step) {
  return !step.uses.empty() ? step.uses : runbooks::name_of(step.kind);
}

Value step_value(const StepView& step) {
  Value::Map map{{"id", step.id},
                 {"address", step.address},
                 {"kind", kind_name(step)},
                 {"status", engine::name_of(step.status)},
                 {"attempts", step.attempts},
                 {"outputs", step.outputs},
                 {"error", error_value(step.error)},
                 {"started_at", time_or_null(step.started_at)},
                 {"finished_at", time_or_null(step.finished_at)}};
  if (!step.place.empty()) map.emplace("place", step.place);
  if (!step.cannot_look.empty()) map.emplace("cannot_look", step.cannot_look);
  if (!step.phase.empty()) map.emplace("phase", step.phase);
  if (!step.target.empty()) map.emplace("target", step.target);
  if (step.is_adopted) map.emplace("adopted", true);
  if (step.is_tolerated) map.emplace("tolerated", true);
  if (!step.skipped_because.empty()) map.emplace("skipped_because", step.skipped_because);
  if (!step.who.empty()) map.emplace("who", step.who);
  if (!step.corrected.empty()) map.emplace("corrected", step.corrected);
  if (step.due) map.emplace("due", rounded(*step.due));
  return map;
}

std::string_view name_of_need(NeedKind kind) {
  switch (kind) {
    case NeedKind::engine: return "engine";
    case NeedKind::room: return "room";
    case NeedKind::lock: return "lock";
    case NeedKind::approval: return "approval";
    case NeedKind::task: return "task";
    case NeedKind::decision: return "decision";
    case NeedKind::signal: return "signal";
    case NeedKind::timer: return "timer";
    case NeedKind::condition: return "condition";
    case NeedKind::delay: return "delay";
    case NeedKind::running: return "running";
    case NeedKind::doubt: return "doubt";
    case NeedKind::failure: return "failure";
    case NeedKind::paused: return "paused";
    case NeedKind::stuck: return "stuck";
  }
  return "";
}

Value need_value(const Need& need) {
  Value::Map facts;
  for (const auto& [name, text] : need.facts) facts.insert_or_assign(name, Value(text));
  Value::List commands;
  for (const Way& way : need.ways)
    commands.emplace_back(Value::Map{{"when", way.when}, {"command", way.command}});
  return Value::Map{
      {"for", name_of_need(need.kind)},
      {"step", need.step},
      {"text", need.text},
      {"facts", std::move(facts)},
      {"since", time_or_null(need.since)},
      {"until", time_or_null(need.until)},
      {"then", need.then},
      {"who", need.who},
      {"reminders", need.reminders},
      {"reminded_at", time_or_null(need.reminded_at)},
      {"escalated_to", Value::List(need.escalated_to.begin(), need.escalated_to.end())},
      {"commands", std::move(commands)}};
}

Value deed_value(const Deed& deed) {
  return Value::Map{{"at", rounded(deed.at)},
                    {"who", deed.who},
                    {"what", deed.what},
                    {"step", deed.step},
                    {"say", deed.say}};
}

Value engine_value(const EngineView& engine) {
  return Value::Map{{"at", rounded(engine.at)},
                    {"pid", engine.pid},
                    {"host", engine.host},
                    {"who", engine.who},
                    {"rung", engine.rung},
                    {"takeover", engine.is_takeover},
                    {"interrupted", engine.was_interrupted},
                    {"stopped_at", time_or_null(engine.stopped_at)},
                    {"stopped_because", text_or_null(engine.stopped_because)}};
}

template <class T, class F>
Value::List list_of(const std::vector<T>& items, F to) {
  Value::List list;
  for (const T& item : items) list.push_back(to(item));
  return list;
}

Value lock_value(const LockView& lock) {
  return Value::Map{{"name", lock.name},
                    {"step", lock.step},
                    {"shared", lock.is_shared},
                    {"asked_at", rounded(lock.asked_at)},
                    {"taken_at", time_or_null(lock.taken_at)}};
}

std::vector<LockView> locks_of(const engine::StepTree& tree, const engine::RunState& run) {
  std::vector<LockView> views;
  if (run.locks) {
    for (const state::LockRow& lock : state::rows_of(run.id, run.locks_asked_at, *run.locks))
      views.push_back({lock.name, "", lock.is_shared, lock.asked_at, run.locks_taken_at});
  }
  for (const auto& [group, locks] : run.group_locks) {
    for (const state::LockRow& lock : state::rows_of(run.id, locks.asked_at, locks.asked))
      views.push_back(
          {lock.name, tree.address(group), lock.is_shared, lock.asked_at, locks.taken_at});
  }
  return views;
}

Value objectives_value(const RunView& run) {
  Value::Map map;
  if (run.rto > Duration::zero()) {
    map.emplace("rto", run.rto);
    if (run.finished_at) map.emplace("rto_reached", Duration(*run.finished_at - run.created_at));
  }
  if (run.rpo > Duration::zero()) map.emplace("rpo", run.rpo);
  if (run.loss) map.emplace("rpo_reached", run.loss->lost);
  return map;
}

}  // namespace

RunView describe_run(const History& history, const Viewer& viewer) {
  const engine::RunState& run = history.state();
  const engine::Graph& graph = history.graph();
  const runbooks::Plan& plan = graph.plan();
  const state::RunSummary summary = engine::summary_of(graph, run);
  RunView view;
  view.id = run.id;
  view.name = engine::run_name(run);
  view.runbook = run.created->runbook;
  view.title = plan.title;
  view.file = plan.file;
  view.plan = run.created->plan;
  view.files.insert(plan.sources.begin(), plan.sources.end());
  for (const Step& step : plan.steps) view.files.insert(step.pinned.begin(), step.pinned.end());
  view.commit = run.created->commit;
  view.is_modified = run.created->is_modified;
  view.mode = run.mode;
  view.environment = run.created->environment;
  view.who = run.created->who;
  view.say = run.created->say;
  view.despite = run.created->despite;
  view.commander = run.commander;
  view.commanded_since = run.commanded_since;
  view.status = summary.status;
  view.reason = summary.reason;
  view.created_at = run.created_at;
  if (run.finished) view.finished_at = run.finished_at;
  view.last_at = run.last_at;
  view.rto = plan.rto;
  view.rpo = plan.rpo;
  view.inputs = run.created->inputs;
  if (run.finished) view.outputs = run.finished->outputs;
  view.locks = locks_of(history.tree(), run);
  const engine::StepTree tree = history.tree();
  add_steps(history, engine::node_of(plan.root), view.steps);
  add_steps(history, engine::node_of(plan.finally), view.steps);
  for (const runbooks::StepIndex guard : graph.guards()) {
    view.steps.push_back(view_of(plan, tree, run, engine::node_of(guard)));
    view.steps.back().cannot_look = why_blind(run, engine::node_of(guard));
  }
  view.loss = loss_of(view.steps);
  view.deeds = history.deeds();
  view.engines = history.engines();
  view.needs = needs_of(history, viewer);
  view.phases = phases_of(tree, run);
  if (run.no_return) {
    view.no_return = NoReturn{tree.address(*run.no_return),
                              *tree.step(*run.no_return).point_of_no_return, run.no_return_at};
  }
  view.events = run.seq.number;
  view.adopted = history.adopted();
  view.repeated = history.repeated();
  view.doubts = history.doubts();
  return view;
}

Value to_value(const RunView& run) {
  return Value::Map{{"run", run.name},
                    {"number", run.id.number},
                    {"runbook", run.runbook},
                    {"title", run.title},
                    {"mode", run.mode},
                    {"environment", text_or_null(run.environment)},
                    {"files", Value::Map(run.files.begin(), run.files.end())},
                    {"commit", text_or_null(run.commit)},
                    {"modified", run.is_modified},
                    {"plan", run.plan},
                    {"status", state::name_of(run.status)},
                    {"reason", run.reason},
                    {"who", run.who},
                    {"commander", run.commander},
                    {"say", run.say},
                    {"despite", Value::List(run.despite.begin(), run.despite.end())},
                    {"created_at", rounded(run.created_at)},
                    {"finished_at", time_or_null(run.finished_at)},
                    {"objectives", objectives_value(run)},
                    {"inputs", run.inputs},
                    {"outputs", run.outputs},
                    {"locks", list_of(run.locks, lock_value)},
                    {"steps", list_of(run.steps, step_value)},
                    {"waits_for", list_of(run.needs, need_value)},
                    {"people", list_of(run.deeds, deed_value)},
                    {"engines", list_of(run.engines, engine_value)},
                    {"adopted", run.adopted},
                    {"repeated", run.repeated},
                    {"in_doubt", run.doubts},
                    {"events", run.events}};
}

Value to_value(const ListedRun& listed) {
  const state::RunSummary& run = listed.summary;
  return Value::Map{{"run", run.runbook + "-" + std::to_string(run.run.number)},
                    {"number", run.run.number},
                    {"runbook", run.runbook},
                    {"plan", run.plan},
                    {"environment", text_or_null(listed.environment)},
                    {"status", state::name_of(run.status)},
                    {"reason", run.reason},
                    {"who", run.who},
                    {"created_at", rounded(run.created_at)},
                    {"finished_at", time_or_null(run.finished_at)},
                    {"locks", list_of(listed.locks, lock_value)},
                    {"wake_at", time_or_null(run.wake_at)}};
}

}  // namespace rung::service
