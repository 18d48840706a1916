#include "service/needs.h"

#include "base/words.h"
#include "engine/core/corrections.h"
#include "engine/core/needed_outputs.h"
#include "engine/core/people.h"
#include "engine/core/resolve.h"

#include <algorithm>

namespace rung::service {
namespace {

using engine::AttemptPhase;
using engine::StepState;
using runbooks::OnReject;
using runbooks::OnTimeout;
using runbooks::Step;

std::string text_of(const Value::Map& shown, std::string_view name) {
  const auto found = shown.find(name);
  return found == shown.end() ? "" : to_text(found->second);
}

std::string reject_text(OnReject on_reject) {
  switch (on_reject) {
    case OnReject::cancel: return "reject -> the run is cancelled";
    case OnReject::undo_run: return "reject -> the run is undone";
    case OnReject::proceed: return "reject -> the run goes on without it";
  }
  return "reject";
}

std::string timeout_text(OnTimeout on_timeout, OnReject on_reject) {
  switch (on_timeout) {
    case OnTimeout::reject: return reject_text(on_reject);
    case OnTimeout::approve: return "approve -> the run goes on";
    case OnTimeout::pause: return "the run pauses";
    case OnTimeout::fail: return "the step fails";
    case OnTimeout::proceed: return "the run goes on without it";
  }
  return "";
}

bool ends_well(OnTimeout on_timeout) {
  return on_timeout == OnTimeout::approve || on_timeout == OnTimeout::proceed;
}

std::string clock_text(TimePoint time) {
  return to_string(TimePoint(std::chrono::floor<std::chrono::seconds>(time)));
}

// "http.request POST http://agent-west/restart", "command ./site stop east": what was asked for, in
// one line.
std::string effect_text(const Step& step, const Value::Map& with) {
  constexpr std::size_t kLongest = 100;
  static constexpr std::string_view kTelling[] = {"method", "url", "argv", "script"};
  std::string text = step.action.uses;
  for (const std::string_view name : kTelling) {
    const auto found = with.find(name);
    if (found == with.end() || found->second.is_null()) continue;
    if (const Value::List* words = found->second.list()) {
      for (const Value& word : *words) text += " " + to_text(word);
    } else {
      text += " " + to_text(found->second);
    }
  }
  text = text.substr(0, text.find('\n'));
  return text.size() > kLongest ? text.substr(0, kLongest) + "..." : text;
}

bool prints(const Step& step) {
  const std::vector<std::string>& gives = step.action.gives;
  return step.kind == StepKind::action &&
         std::find(gives.begin(), gives.end(), "stdout") != gives.end();
}

// Until a person has answered, an engine could only wait.
bool is_first(const Need& need) {
  return need.kind == NeedKind::failure || need.kind == NeedKind::doubt ||
         need.kind == NeedKind::stuck;
}

// What is needed of one run, need by need.
class Needs {
 public:
  Needs(const History& history, const Viewer& viewer)
      : history_(history), run_(history.state()), graph_(history.graph()), viewer_(viewer) {}

  std::vector<Need> operator()() {
    for (const runbooks::StepIndex i : run_.active) add_step(i);
    if (!run_.stuck_at.empty()) add_stuck();
    if (run_.paused) add_pause();
    if (!viewer_.is_driven)
      add_engine();
    else if (!viewer_.has_room)
      add_room();
    std::stable_partition(needs_.begin(), needs_.end(),
                          [](const Need& n) { return n.is_for_person; });
    return std::move(needs_);
  }

 private:
  std::string command(std::string_view verb, const std::string& rest = "") const {
    return viewer_.rung + " " + std::string(verb) + " " + std::to_string(run_.id.number) +
           (rest.empty() ? "" : " " + rest);
  }
  static std::string name_of(const Step& step) {
    return step.id.empty() || step.undoes ? step.address : step.id;
  }

  // What somebody must tell who says that the step is done.
  std::string needed_outputs(const Step& step) const {
    std::string text;
    for (const auto& output : engine::needed_outputs(graph_, run_, *graph_.find(step.address)))
      text += " -s " + output.name + "=VALUE";
    return text;
  }
  std::string not_you(const std::vector<std::string>& by) const {
    const bool may = engine::is_one_of(graph_.plan(), by, {viewer_.who, viewer_.groups, ""});
    return may ? "" : ". Not you (" + viewer_.who + ")";
  }

  void add_step(runbooks::StepIndex i) {
    const Step& step = graph_.step(i);
    const StepState& state = run_.at(i);
    if (state.status == StepStatus::in_doubt) return add_doubt(step, state);
    if (state.status == StepStatus::backing_off) return add_delay(step, state);
    if (state.phase != AttemptPhase::none) return add_running(step, state);
    switch (step.kind) {
      case StepKind::approve: return add_approval(step, state);
      case StepKind::manual: return add_task(step, state);
      case StepKind::decide: return add_decision(step, state);
      case StepKind::wait: return add_wait(step, state);
      case StepKind::action:
      case StepKind::set:
      case StepKind::fail:
      case StepKind::group: return;
    }
  }

  Need open_need(NeedKind kind, const Step& step, const StepState& state) const {
    Need need;
    need.kind = kind;
    need.step = step.address;
    need.since = state.started_at;
    if (state.due) need.until = state.due->utc;
    return need;
  }

  void add_approval(const Step& step, const StepState& state) {
    Need need = open_need(NeedKind::approval, step, state);
    need.is_for_person = true;
    need.text = text_of(state.shown, "ask");
    if (const auto show = state.shown.find("show");
        show != state.shown.end() && show->second.map() != nullptr) {
      for (const auto& [name, value] : *show->second.map())
        need.facts.emplace_back(name, to_text(value));
    }
    need.facts.emplace_back("plan", run_.created->plan.substr(0, 6));
    for (const state::Voted& vote : state.votes) {
      need.facts.emplace_back(vote.who, (vote.approve ? "approved" : "rejected") +
                                            (vote.say.empty() ? "" : ": " + vote.say));
    }
    need.who = people_text(graph_.plan(), step.approve.by);
    if (step.approve.count > 1) need.who += ", " + std::to_string(step.approve.count) + " of them";
    const bool is_mine = viewer_.who == run_.created->who && !step.approve.by.empty();
    need.who += is_mine ? ". Not you: you started it" : not_you(step.approve.by);
    need.then = need.until ? timeout_text(step.approve.on_timeout, step.approve.on_reject) : "";
    need.ends_well_by_itself = need.until.has_value() && ends_well(step.approve.on_timeout);
    const std::string plan = " --plan " + run_.created->plan.substr(0, 6);
    need.ways = {{"", command("approve", name_of(step) + plan + " --say \"why\"")},
                 {"", command("reject", name_of(step) + " --say \"why\"")}};
    needs_.push_back(std::move(need));
  }

  void add_task(const Step& step, const StepState& state) {
    Need need = open_need(NeedKind::task, step, state);
    need.is_for_person = true;
    need.text = text_of(state.shown, "do");
    for (const std::string& item : step.manual.checklist) need.facts.emplace_back("check", item);
    need.who = people_text(graph_.plan(), step.manual.by) + not_you(step.manual.by);
    need.then = need.until ? timeout_text(step.manual.on_timeout, OnReject::cancel) : "";
    need.ends_well_by_itself = need.until.has_value() && ends_well(step.manual.on_timeout);
    std::string outputs;
    for (const auto& [name, type] : step.manual.outputs) outputs += " -s " + name + "=VALUE";
    need.ways = {{"it is done", command("done", name_of(step) + outputs)},
                 {"it will not be", command("skip", name_of(step) + " --say \"why\"")}};
    needs_.push_back(std::move(need));
  }

  void add_decision(const Step& step, const StepState& state) {
    Need need = open_need(NeedKind::decision, step, state);
    need.is_for_person = true;
    need.text = text_of(state.shown, "ask");
    need.who = people_text(graph_.plan(), step.decide.by) + not_you(step.decide.by);
    need.then = need.until ? step.decide.fallback + " is taken" : "";
    need.ends_well_by_itself = need.until.has_value();
    const auto shown = state.shown.find("options");
    for (const auto& [name, source] : step.decide.options) {
      std::string meaning;
      if (shown != state.shown.end() && shown->second.map() != nullptr)
        meaning = text_of(*shown->second.map(), name);
      need.ways.push_back(
          {meaning, command("decide", name_of(step) + " " + name + " --say \"why\"")});
    }
    needs_.push_back(std::move(need));
  }

  void add_wait(const Step& step, const StepState& state) {
    const bool is_signal = !step.wait.signal.empty();
    Need need = open_need(is_signal ? NeedKind::signal : NeedKind::timer, step, state);
    need.text = is_signal ? "signal " + step.wait.signal : "the time to pass";
    need.ends_well_by_itself = !is_signal;
    need.who = is_signal ? "whoever sends the signal" : "nobody needs to do anything";
    if (need.until)
      need.then = is_signal ? "the step fails: no signal came in time" : "the run goes on";
    if (is_signal) need.ways.push_back({"", command("signal", step.wait.signal)});
    need.ways.push_back({is_signal ? "it will not come" : "to go on now",
                         command("skip", name_of(step) + " --say \"why\"")});
    needs_.push_back(std::move(need));
  }

  void add_delay(const Step& step, const StepState& state) {
    Need need = open_need(NeedKind::delay, step, state);
    need.text = "try " + std::to_string(state.attempts + 1) + " of " + step.address;
    if (state.error) need.facts.emplace_back("last error", state.error->message);
    need.ends_well_by_itself = true;
    need.who = "nobody needs to do anything";
    need.then = "it is tried again";
    need.ways = {{"to give up", command("cancel")}};
    needs_.push_back(std::move(need));
  }

  void add_running(const Step& step, const StepState& state) {
    Need need = open_need(NeedKind::running, step, state);
    need.text = step.address + " to end" +
                (state.attempts > 1 ? " (try " + std::to_string(state.attempts) + ")" : "");
    if (step.timeout > Duration::zero() && state.started_at)
      need.until = *state.started_at + step.timeout;
    need.ends_well_by_itself = true;
    need.who = "nobody needs to do anything";
    need.then = need.until ? "it is stopped, and what became of it is found out" : "";
    if (prints(step))
      need.ways.push_back({"to see what it prints", command("logs", step.address + " -f")});
    need.ways.push_back({"to stop it and the run", command("cancel", "--kill")});
    needs_.push_back(std::move(need));
  }

  void add_doubt(const Step& step, const StepState& state) {
    Need need = open_need(NeedKind::doubt, step, state);
    need.is_for_person = true;
    need.until.reset();
    need.text = state.error ? state.error->message : "nobody knows whether it happened";
    const auto fields = engine::ActionFields::latest(graph_, run_, *graph_.find(step.address));
    need.facts.emplace_back("began",
                            (state.started_at ? clock_text(*state.started_at) + "  " : "") +
                                effect_text(step, engine::visible(*fields, state.inputs)));
    need.facts.emplace_back("key", to_string(engine::key_of(run_, step.address, state.generation)));
    if (!step.probe)
      need.facts.emplace_back("not known",
                              "whether it happened; there is no probe that could look");
    need.since = history_.doubted_at(step.address);
    if (!step.how_to_tell.empty()) need.facts.emplace_back("look yourself", step.how_to_tell);
    need.who = "whoever can look";
    need.then = "nothing: the run stops here until somebody answers";
    const std::string name = name_of(step);
    const std::string outputs = needed_outputs(step);
    need.ways = {
        {"it happened",
         command("resolve", name + " --as done" + outputs + " --say \"how you know\"")},
        {"it did not (it is tried again)",
         command("resolve", name + " --as not-done --say \"how you know\"")},
        {"it went wrong", command("resolve", name + " --as failed --say \"how you know\"")},
        {"neither helps", command("undo", "--dry-run")}};
    needs_.push_back(std::move(need));
  }

  void add_stuck() {
    const auto i = graph_.find(run_.stuck_at);
    Need need;
    need.kind = NeedKind::stuck;
    need.step = run_.stuck_at;
    need.is_for_person = true;
    need.text = "the undo " + run_.stuck_at + " failed";
    if (i && run_.at(*i).error) need.facts.emplace_back("error", run_.at(*i).error->message);
    if (i) need.since = run_.at(*i).finished_at;
    need.who = "anybody";
    need.then = "nothing: the undo stops here until somebody decides";
    need.ways = {{"the cause is gone", command("retry", run_.stuck_at)},
                 {"undone by hand", command("skip", run_.stuck_at + " --say \"how\"")}};
    needs_.push_back(std::move(need));
  }

  void add_pause() {
    const state::RunPaused& paused = *run_.paused;
    Need need;
    need.is_for_person = true;
    need.since = history_.paused_at();
    need.step = paused.step;
    need.who = "anybody";
    need.then = "nothing: the run waits until somebody decides";
    if (paused.reason == state::PauseReason::operator_) {
      need.kind = NeedKind::paused;
      need.text = "paused by " + paused.who + (paused.say.empty() ? "" : ": " + paused.say);
      need.ways = {{"to go on", command("resume")}};
    } else {
      need.kind =
          paused.reason == state::PauseReason::changed ? NeedKind::paused : NeedKind::failure;
      need.text = paused.detail.empty() ? paused.step + " failed" : paused.detail;
      add_failure_ways(need, paused);
    }
    need.ways.push_back({"to take it back", command("undo", "--dry-run")});
    need.ways.push_back({"to give up", command("cancel")});
    needs_.push_back(std::move(need));
  }

  void add_failure_ways(Need& need, const state::RunPaused& paused) const {
    const auto i = graph_.find(paused.step);
    const bool has_failed = i && run_.at(*i).status == StepStatus::failed;
    if (has_failed && run_.at(*i).error) {
      const std::string& error = run_.at(*i).error->message;
      if (need.text.find(error) == std::string::npos) need.facts.emplace_back("error", error);
      need.facts.emplace_back("tries", std::to_string(run_.at(*i).attempts));
    }
    if (!has_failed) {
      need.ways.push_back({"to go on all the same", command("resume")});
      return;
    }
    if (const auto corrected = run_.corrections.find(*i); corrected != run_.corrections.end()) {
      for (const auto& [key, value] : corrected->second)
        need.facts.emplace_back("corrected", key + "=" + to_text(value));
    }
    const std::string name = name_of(graph_.step(*i));
    need.ways.push_back({"the cause is gone", command("retry", name)});
    need.ways.push_back({"done by hand, or not needed", command("skip", name + " --say \"why\"")});
    if (prints(graph_.step(*i)))
      need.ways.push_back({"to see what it printed", command("logs", name)});
  }

  void add_room() {
    Need need;
    need.kind = NeedKind::room;
    need.text = "room on the disk of the store: it is full, so no step starts";
    need.is_for_person = true;
    need.who = "whoever can free space there";
    need.then = "nothing: what runs ends and is recorded, and no step starts; with room it goes on";
    need.ways = {{"to see where it lies, and what is free", viewer_.rung + " doctor"}};
    needs_.push_back(std::move(need));
  }

  void add_engine() {
    if (run_.phase == engine::RunPhase::finished) return;
    Need need;
    need.kind = NeedKind::engine;
    need.text = run_.claim ? "an engine: none drives it now" : "an engine: none has driven it yet";
    need.since = run_.last_at;
    need.is_for_person = true;
    need.who = "anybody on this machine";
    need.then = "nothing: no timer fires and no step starts without an engine";
    const bool is_second = std::any_of(needs_.begin(), needs_.end(), is_first);
    need.ways = {{is_second ? "then" : "", command("resume")}};
    needs_.push_back(std::move(need));
  }

  const History& history_;
  const engine::RunState& run_;
  const engine::Graph& graph_;
  const Viewer& viewer_;
  std::vector<Need> needs_;
};

}  // namespace

std::string people_text(const runbooks::Plan& plan, const std::vector<std::string>& by) {
  std::vector<std::string> texts;
  for (const std::string& name : by) {
    const auto person = plan.people.find(name);
    std::vector<std::string> members;
    if (person != plan.people.end()) {
      members = person->second.users;
      for (const std::string& group : person->second.groups) members.push_back("group " + group);
    }
    texts.push_back(name + (members.empty() ? "" : " (" + joined(members, ", ") + ")"));
  }
  return texts.empty() ? "anybody" : joined(texts, ", ");
}

std::vector<Need> needs_of(const History& history, const Viewer& viewer) {
  if (!history.state().created || history.state().finished) return {};
  return Needs(history, viewer)();
}

}  // namespace rung::service
