#include "service/needs.h"

#include "base/words.h"
#include "engine/core/corrections.h"
#include "engine/core/needed_outputs.h"
#include "engine/core/people.h"
#include "engine/core/quorum.h"
#include "engine/core/reminders.h"
#include "engine/core/resolve.h"
#include "state/lock.h"

#include <algorithm>
#include <set>

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

std::string after_pause_text(runbooks::AfterPause then) {
  switch (then) {
    case runbooks::AfterPause::fail: return "the run fails";
    case runbooks::AfterPause::undo_run: return "the run is undone";
    case runbooks::AfterPause::cancel: return "the run is cancelled";
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

std::string lock_names(const state::LocksAsked& asked) {
  std::vector<std::string> names;
  for (const state::LockRow& lock : state::rows_of(RunId{}, {}, asked))
    names.push_back(lock.name + (lock.is_shared ? " (shared)" : ""));
  return (names.size() == 1 ? "lock " : "locks ") + joined(names, ", ");
}

// "held by web-1, started by mira ("disk is gone"), since 2026-03-27T03:14:58Z; waiting: approval
// of consent"
std::string obstacle_text(const Obstacle& one) {
  std::string text = (one.holds ? "held by " : "asked for before by ") + one.name +
                     (one.step.empty() ? "" : ", group " + one.step) +
                     (one.is_shared ? " (shared)" : "") + " since " + clock_text(one.since) +
                     ", started by " + one.who;
  if (!one.say.empty()) text += " (\"" + one.say + "\")";
  text += "; " + std::string(state::name_of(one.status));
  if (!one.reason.empty()) text += ": " + one.reason;
  return one.is_driven ? text : text + "; no engine drives it";
}

// Nothing will happen to that run until a person does something.
bool is_stopped(const Obstacle& one) {
  return !one.is_driven || one.status == state::RunStatus::paused ||
         one.status == state::RunStatus::in_doubt || one.status == state::RunStatus::stuck;
}

// "pid 4711 on db1 stopped at 2026-03-27T03:14:58Z: Ctrl-C"
std::string last_engine_text(const EngineView& engine, const engine::RunState& run) {
  const std::string name = "pid " + std::to_string(engine.pid) + " on " + engine.host;
  // A run that only waits may have left its memory before it stopped.
  const bool was_busy = run.in_flight > 0;
  if (!engine.stopped_at)
    return name + " left no word that it stopped" + (was_busy ? ": killed, or lost" : "");
  return name + " stopped at " + clock_text(*engine.stopped_at) + ": " + engine.stopped_because;
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
    for (const engine::NodeIndex i : run_.active) add_step(i);
    if (!run_.stuck_at.empty()) add_stuck();
    if (run_.paused) add_pause();
    if (engine::awaits_locks(run_) && !run_.ending) add_locks();
    for (const auto& [group, locks] : run_.group_locks) {
      if (!locks.taken_at) add_group_locks(group, locks);
    }
    if (!viewer_.is_driven || run_.released_at)
      add_engine();
    else if (!viewer_.has_room)
      add_room();
    for (Need& need : needs_) add_reminders(need);
    std::stable_partition(needs_.begin(), needs_.end(),
                          [](const Need& n) { return n.is_for_person; });
    return std::move(needs_);
  }

 private:
  std::string command(std::string_view verb, const std::string& rest = "") const {
    return viewer_.rung + " " + std::string(verb) + " " + std::to_string(run_.id.number) +
           (rest.empty() ? "" : " " + rest);
  }
  // A step that is under way, and how people name it.
  struct Open {
    const Step& step;
    const StepState& state;
    std::string address;
    std::string name;
  };
  Open open(engine::NodeIndex i) const {
    const Step& step = tree_.step(i);
    const std::string address = tree_.address(i);
    const bool is_of_run = step.module == 0 && tree_.around(i) == nullptr;
    const bool has_id = is_of_run && !step.id.empty() && !step.undoes;
    return {step, run_.at(i), address, has_id ? step.id : address};
  }

  void add_reminders(Need& need) const {
    if (!need.is_for_person || need.kind == NeedKind::engine) return;
    const bool is_of_run = need.kind == NeedKind::failure || need.kind == NeedKind::paused ||
                           need.kind == NeedKind::stuck;
    const auto i =
        is_of_run ? std::optional(engine::node_of(graph_.plan().root)) : tree_.find(need.step);
    const auto asking = i ? run_.asking.find(*i) : run_.asking.end();
    if (asking == run_.asking.end()) return;
    need.reminders = asking->second.reminders;
    if (need.reminders > 0) {
      need.reminded_at = asking->second.reminded_at;
      need.facts.emplace_back("reminded", std::to_string(need.reminders) + " times, last " +
                                              clock_text(asking->second.reminded_at));
    }
    if (!asking->second.is_escalated) return;
    need.escalated_to = tree_.step(*i).reminding.escalate_to;
    need.facts.emplace_back("escalated to", people_text(graph_.plan(), need.escalated_to) + " " +
                                                clock_text(asking->second.escalated_at));
  }

  // What somebody must tell who says that the step is done.
  std::string needed_outputs(const Open& at) const {
    std::string text;
    for (const auto& output : engine::needed_outputs(graph_, run_, *tree_.find(at.address)))
      text += " -s " + output.name + "=VALUE";
    return text;
  }
  std::string not_you(const Open& at, const std::vector<std::string>& by) const {
    const engine::Asked asked{*tree_.find(at.address), by};
    const bool may = engine::may_answer(graph_, run_, asked, {viewer_.who, viewer_.groups, ""});
    return may ? "" : ". Not you (" + viewer_.who + ")";
  }

  void add_step(engine::NodeIndex i) {
    const Open at = open(i);
    if (at.state.status == StepStatus::in_doubt) return add_doubt(at);
    if (at.state.status == StepStatus::backing_off) return add_delay(at);
    if (at.state.phase == AttemptPhase::prepared) return;  // the others are waited for
    if (at.state.phase != AttemptPhase::none) return add_running(at);
    switch (at.step.kind) {
      case StepKind::approve: return add_approval(at);
      case StepKind::manual: return add_task(at);
      case StepKind::decide: return add_decision(at);
      case StepKind::wait: return add_wait(at);
      case StepKind::action:
      case StepKind::set:
      case StepKind::fail:
      case StepKind::group:
      case StepKind::two_phase:
      case StepKind::participant: return;
    }
  }

  // What a person may say of a participant whose site is gone, or of which nothing tells.
  void add_settling(Need& need, const Open& at) const {
    const std::size_t slash = at.address.rfind('/');
    const std::string words =
        at.address.substr(0, slash) + " --participant " + at.address.substr(slash + 1) + " --as ";
    need.ways.push_back({"you know that it is committed",
                         command("resolve", words + "committed --say \"how you know\"")});
    need.ways.push_back({"you know that it is rolled back",
                         command("resolve", words + "rolled-back --say \"how you know\"")});
  }
  void add_participant_delay(Need& need, const Open& at) const {
    const bool commits = run_.ballots.at(*tree_.find(at.address)).turn == state::Turn::commit;
    need.text = at.address + (commits ? " to be committed" : " to be rolled back");
    need.then = "it is asked again until it is so: that was decided";
    need.ways = {{"its server is back", command("retry", at.address)}};
    add_settling(need, at);
  }

  Need open_need(NeedKind kind, const Open& at) const {
    Need need;
    need.kind = kind;
    need.step = at.address;
    need.since = at.state.started_at;
    if (at.state.due) need.until = at.state.due->utc;
    return need;
  }

  void add_approval(const Open& at) {
    Need need = open_need(NeedKind::approval, at);
    need.is_for_person = true;
    need.text = text_of(at.state.shown, "ask");
    if (const auto show = at.state.shown.find("show");
        show != at.state.shown.end() && show->second.map() != nullptr) {
      for (const auto& [name, value] : *show->second.map())
        need.facts.emplace_back(name, to_text(value));
    }
    if (const auto was = at.state.shown.find("was"); was != at.state.shown.end())
      add_old_facts(need, at.state.shown, was->second);
    need.facts.emplace_back("plan", run_.created->plan.substr(0, 6));
    for (const state::Voted& vote : at.state.votes) {
      need.facts.emplace_back(vote.who, (vote.approve ? "approved" : "rejected") +
                                            (vote.say.empty() ? "" : ": " + vote.say));
    }
    need.who = who_text(at.step.approve.by);
    if (at.step.approve.is_each)
      need.who += ", one for each name";
    else if (at.step.approve.count > 1)
      need.who += ", " + std::to_string(at.step.approve.count) + " of them";
    const std::string missing = engine::missing_text(at.step.approve, at.state.votes);
    if (!at.state.votes.empty() && !missing.empty())
      need.facts.emplace_back("still needs", missing);
    const bool is_mine = viewer_.who == run_.created->who && !at.step.approve.by.empty();
    need.who += is_mine ? ". Not you: you started it" : not_you(at, at.step.approve.by);
    need.then =
        need.until ? timeout_text(at.step.approve.on_timeout, at.step.approve.on_reject) : "";
    need.ends_well_by_itself = need.until.has_value() && ends_well(at.step.approve.on_timeout);
    const std::string plan = " --plan " + run_.created->plan.substr(0, 6);
    need.ways = {{"", command("approve", at.name + plan + " --say \"why\"")},
                 {"", command("reject", at.name + " --say \"why\"")}};
    needs_.push_back(std::move(need));
  }

  // An approval was void because these were other values.
  static void add_old_facts(Need& need, const Value::Map& shown, const Value& was) {
    need.facts.emplace_back("asked again", "what was shown to those who approved has changed");
    if (const Value* ask = was.member("ask"); ask != nullptr && to_text(*ask) != need.text)
      need.facts.emplace_back("asked before", to_text(*ask));
    const auto now = shown.find("show");
    const Value* before = was.member("show");
    if (now == shown.end() || before == nullptr || before->map() == nullptr) return;
    for (const auto& [name, value] : *before->map()) {
      const Value* today = now->second.member(name);
      if (today == nullptr || !(*today == value))
        need.facts.emplace_back(name + " was", to_text(value));
    }
  }

  // `commander` is whoever commands the run, where the project does not name some.
  std::string who_text(const std::vector<std::string>& by) const {
    if (graph_.plan().people.contains("commander") || run_.commander.empty())
      return people_text(graph_.plan(), by);
    runbooks::Plan plan;
    plan.people = graph_.plan().people;
    plan.people.emplace("commander", runbooks::Person{{run_.commander}, {}});
    return people_text(plan, by);
  }

  void add_task(const Open& at) {
    Need need = open_need(NeedKind::task, at);
    need.is_for_person = true;
    need.text = text_of(at.state.shown, "do");
    for (const std::string& item : at.step.manual.checklist) need.facts.emplace_back("check", item);
    need.who = who_text(at.step.manual.by) + not_you(at, at.step.manual.by);
    need.then = need.until ? timeout_text(at.step.manual.on_timeout, OnReject::cancel) : "";
    need.ends_well_by_itself = need.until.has_value() && ends_well(at.step.manual.on_timeout);
    std::string outputs;
    for (const auto& [name, type] : at.step.manual.outputs) outputs += " -s " + name + "=VALUE";
    need.ways = {{"it is done", command("done", at.name + outputs)},
                 {"it will not be", command("skip", at.name + " --say \"why\"")}};
    needs_.push_back(std::move(need));
  }

  void add_decision(const Open& at) {
    Need need = open_need(NeedKind::decision, at);
    need.is_for_person = true;
    need.text = text_of(at.state.shown, "ask");
    need.who = who_text(at.step.decide.by) + not_you(at, at.step.decide.by);
    need.then = need.until ? at.step.decide.fallback + " is taken" : "";
    need.ends_well_by_itself = need.until.has_value();
    const auto shown = at.state.shown.find("options");
    for (const auto& [name, source] : at.step.decide.options) {
      std::string meaning;
      if (shown != at.state.shown.end() && shown->second.map() != nullptr)
        meaning = text_of(*shown->second.map(), name);
      need.ways.push_back({meaning, command("decide", at.name + " " + name + " --say \"why\"")});
    }
    needs_.push_back(std::move(need));
  }

  // What was seen is as old as the latest look that the journal has.
  void add_look(const Open& at, Need& need) const {
    const auto watch = run_.watches.find(*tree_.find(at.address));
    if (watch == run_.watches.end() || !watch->second.kept) {
      need.facts.emplace_back("looked", "not yet");
      return;
    }
    const state::StepLooked& look = *watch->second.kept;
    const std::string saw = look.error.empty() ? to_text(Value(look.outputs)) : look.error;
    need.facts.emplace_back("look " + std::to_string(look.looks),
                            clock_text(watch->second.kept_at) + " " + saw);
    need.facts.emplace_back("holds", look.since ? "since " + clock_text(*look.since) : "no");
    if (look.next && *look.next > run_.last_at)
      need.facts.emplace_back("next look", "about " + clock_text(*look.next) + ", then every " +
                                               to_string(at.step.watch->every));
  }

  void add_watch(const Open& at) {
    const runbooks::WatchSpec& watch = *at.step.watch;
    Need need = open_need(NeedKind::condition, at);
    need.text = watch.until.text;
    if (watch.hold > Duration::zero()) need.text += ", for " + to_string(watch.hold);
    if (watch.successes > 1)
      need.text += ", " + std::to_string(watch.successes) + " times in a row";
    if (watch.samples > 0) need.text += ", over " + std::to_string(watch.samples) + " samples";
    add_look(at, need);
    need.ends_well_by_itself = true;
    need.who = "nobody needs to do anything";
    need.then = timeout_text(watch.on_timeout, OnReject::cancel);
    need.ways.push_back({"to go on now", command("skip", at.name + " --say \"why\"")});
    needs_.push_back(std::move(need));
  }

  void add_wait(const Open& at) {
    if (at.step.watch) return add_watch(at);
    const bool is_signal = !at.step.wait.signal.empty();
    Need need = open_need(is_signal ? NeedKind::signal : NeedKind::timer, at);
    need.text = is_signal ? "signal " + at.step.wait.signal : "the time to pass";
    need.ends_well_by_itself = !is_signal;
    need.who = is_signal ? "whoever sends the signal" : "nobody needs to do anything";
    if (need.until)
      need.then = is_signal ? "the step fails: no signal came in time" : "the run goes on";
    if (is_signal) need.ways.push_back({"", command("signal", at.step.wait.signal)});
    need.ways.push_back({is_signal ? "it will not come" : "to go on now",
                         command("skip", at.name + " --say \"why\"")});
    needs_.push_back(std::move(need));
  }

  void add_delay(const Open& at) {
    Need need = open_need(NeedKind::delay, at);
    need.text = "try " + std::to_string(at.state.attempts + 1) + " of " + at.address;
    if (at.state.error) need.facts.emplace_back("last error", at.state.error->message);
    need.ends_well_by_itself = true;
    need.who = "nobody needs to do anything";
    need.then = "it is tried again";
    need.ways = {{"to give up", command("cancel")}};
    if (at.step.kind == StepKind::participant) add_participant_delay(need, at);
    needs_.push_back(std::move(need));
  }

  void add_running(const Open& at) {
    Need need = open_need(NeedKind::running, at);
    need.text = at.address + " to end" +
                (at.state.attempts > 1 ? " (try " + std::to_string(at.state.attempts) + ")" : "");
    if (at.step.timeout > Duration::zero() && at.state.started_at)
      need.until = (Instant{*at.state.started_at, {}} + at.step.timeout).utc;
    need.ends_well_by_itself = true;
    need.who = "nobody needs to do anything";
    need.then = need.until ? "it is stopped, and what became of it is found out" : "";
    if (prints(at.step))
      need.ways.push_back({"to see what it prints", command("logs", at.address + " -f")});
    need.ways.push_back({"to stop it and the run", command("cancel", "--kill")});
    needs_.push_back(std::move(need));
  }

  void add_doubt(const Open& at) {
    Need need = open_need(NeedKind::doubt, at);
    need.is_for_person = true;
    need.until.reset();
    need.text = at.state.error ? at.state.error->message : "nobody knows whether it happened";
    const auto fields = engine::ActionFields::latest(graph_, run_, *tree_.find(at.address));
    need.facts.emplace_back("began",
                            (at.state.started_at ? clock_text(*at.state.started_at) + "  " : "") +
                                effect_text(at.step, engine::visible(*fields, at.state.inputs)));
    need.facts.emplace_back("key",
                            to_string(engine::key_of(run_, at.address, at.state.generation)));
    if (!at.step.probe)
      need.facts.emplace_back("not known",
                              "whether it happened; there is no probe that could look");
    need.since = history_.doubted_at(at.address);
    add_place(need, at.step);
    if (!at.step.how_to_tell.empty()) need.facts.emplace_back("look yourself", at.step.how_to_tell);
    need.who = "whoever can look";
    need.then = "nothing: the run stops here until somebody answers";
    const bool is_over_then = run_.ending && run_.phase == engine::RunPhase::steps;
    if (is_over_then) need.facts.emplace_back("then the run ends", run_.ending->reason);
    if (at.step.kind == StepKind::participant) {
      need.facts.emplace_back("transaction",
                              engine::transaction_name(run_, at.address, at.state.generation));
      add_settling(need, at);
      return needs_.push_back(std::move(need));
    }
    const std::string& name = at.name;
    const std::string outputs = needed_outputs(at);
    need.ways = {
        {"it happened",
         command("resolve", name + " --as done" + outputs + " --say \"how you know\"")},
        {is_over_then ? "it did not (the run ends without it)" : "it did not (it is tried again)",
         command("resolve", name + " --as not-done --say \"how you know\"")},
        {"it went wrong", command("resolve", name + " --as failed --say \"how you know\"")},
        {"neither helps", command("undo", "--dry-run")}};
    needs_.push_back(std::move(need));
  }

  void add_stuck() {
    const auto i = tree_.find(run_.stuck_at);
    Need need;
    need.kind = NeedKind::stuck;
    need.step = run_.stuck_at;
    need.is_for_person = true;
    need.text = "the undo " + run_.stuck_at + " failed";
    if (i && run_.at(*i).error) need.facts.emplace_back("error", run_.at(*i).error->message);
    if (i) add_place(need, tree_.step(*i));
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
    const runbooks::PauseSpec& pause = graph_.plan().pause;
    const bool ends =
        engine::may_end_by_itself(run_) && pause.limit > Duration::zero() && need.since;
    if (ends) need.until = *need.since + pause.limit;
    need.step = paused.step;
    need.who = "anybody";
    need.then =
        ends ? after_pause_text(pause.then) : "nothing: the run waits until somebody decides";
    if (paused.reason == state::PauseReason::operator_) {
      need.kind = NeedKind::paused;
      need.text = "paused by " + paused.who + (paused.say.empty() ? "" : ": " + paused.say);
      need.ways = {{"to go on", command("resume")}};
    } else {
      need.kind =
          paused.reason == state::PauseReason::changed ? NeedKind::paused : NeedKind::failure;
      need.step = unanswered(paused);
      const bool is_of_pause = need.step == paused.step && !paused.detail.empty();
      need.text = is_of_pause ? paused.detail : need.step + " failed";
      add_failure_ways(need);
    }
    need.ways.push_back({"to take it back", command("undo", "--dry-run")});
    need.ways.push_back({"to give up", command("cancel")});
    needs_.push_back(std::move(need));
  }

  void add_place(Need& need, const Step& step) const {
    const std::string place = runbooks::place_of(graph_.plan(), step);
    if (!place.empty()) need.facts.emplace_back("written at", place);
  }

  // The failure that holds the run: where somebody has taken care of the one for which it paused,
  // another may be open.
  std::string unanswered(const state::RunPaused& paused) const {
    const auto i = tree_.find(paused.step);
    const bool is_answered = i && run_.at(*i).status != StepStatus::failed;
    return is_answered && run_.failed_by ? tree_.address(*run_.failed_by) : paused.step;
  }

  void add_failure_ways(Need& need) const {
    const auto i = tree_.find(need.step);
    const bool has_failed = i && run_.at(*i).status == StepStatus::failed;
    if (has_failed && run_.at(*i).error) {
      const std::string& error = run_.at(*i).error->message;
      if (need.text.find(error) == std::string::npos) need.facts.emplace_back("error", error);
      if (run_.at(*i).attempts > 0)
        need.facts.emplace_back("tries", std::to_string(run_.at(*i).attempts));
    }
    if (i) add_place(need, tree_.step(*i));
    if (!has_failed) {
      // A script that does something else than its record says would do so again.
      const bool has_strayed = i && run_.loops.scripts.of(*i) != nullptr;
      if (has_strayed) {
        const std::string skip = open(*i).name + " --say \"why\"";
        need.ways.push_back({"the rest is done by hand, or not needed", command("skip", skip)});
      }
      const bool has_changed = need.kind == NeedKind::paused;
      need.ways.push_back({has_strayed   ? "to go on by the rung that began it"
                           : has_changed ? "the file is put back as it was"
                                         : "to go on all the same",
                           command("resume")});
      return;
    }
    if (const auto corrected = run_.corrections.find(*i); corrected != run_.corrections.end()) {
      for (const auto& [key, value] : corrected->second)
        need.facts.emplace_back("corrected", key + "=" + to_text(value));
    }
    const std::string name = open(*i).name;
    need.ways.push_back({"the cause is gone", command("retry", name)});
    need.ways.push_back({"done by hand, or not needed", command("skip", name + " --say \"why\"")});
    if (prints(tree_.step(*i)))
      need.ways.push_back({"to see what it printed", command("logs", name)});
  }

  // It goes on by itself once those that hold them do.
  void add_locks() {
    Need need;
    need.kind = NeedKind::lock;
    need.text = lock_names(*run_.locks);
    need.since = run_.locks_asked_at;
    need.who = "whoever can end what holds them";
    need.then = "it begins by itself when it can have all of them";
    add_obstacles(need);
    need.ways.push_back({"to give up", command("cancel")});
    needs_.push_back(std::move(need));
  }

  // The same of a group, or of the undo of what is in it.
  void add_group_locks(engine::NodeIndex group, const engine::GroupLocks& locks) {
    Need need;
    need.kind = NeedKind::lock;
    need.step = tree_.address(group);
    need.text = lock_names(locks.asked);
    need.since = locks.asked_at;
    need.who = "whoever can end what holds them";
    need.then = "it goes on by itself when it can have all of them";
    add_obstacles(need);
    const bool can_skip = run_.at(group).status == engine::StepStatus::waiting && !run_.ending;
    if (can_skip) {
      const std::string skip = open(group).name + " --say \"why\"";
      need.ways.push_back({"to go on without this group", command("skip", skip)});
    }
    need.ways.push_back({"to give up", command("cancel")});
    needs_.push_back(std::move(need));
  }

  void add_obstacles(Need& need) const {
    for (const Obstacle& one : viewer_.obstacles) {
      if (one.group != need.step) continue;
      need.facts.emplace_back(one.lock, obstacle_text(one));
      need.is_for_person = need.is_for_person || is_stopped(one);
    }
    add_lock_ways(need);
  }

  // For each run once: what frees its locks.
  void add_lock_ways(Need& need) const {
    std::set<RunId> named;
    for (const Obstacle& one : viewer_.obstacles) {
      const bool is_own = one.run == run_.id;  // another group of this run: nothing to be done
      if (is_own || one.group != need.step || !named.insert(one.run).second) continue;
      const std::string number = std::to_string(one.run.number);
      if (!one.is_driven)
        need.ways.push_back(
            {one.name + " goes on, and frees them at its end", viewer_.rung + " resume " + number});
      need.ways.push_back({"what " + one.name + " waits for", viewer_.rung + " why " + number});
      need.ways.push_back({"to end " + one.name, viewer_.rung + " cancel " + number});
    }
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
    if (!history_.engines().empty()) {
      need.facts.emplace_back("the last one", last_engine_text(history_.engines().back(), run_));
    }
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
  engine::StepTree tree_{graph_, run_.loops};
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
