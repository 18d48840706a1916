#include "engine/engine.h"

#include "base/ensure.h"
#include "engine/build_attempt.h"
#include "engine/inbox.h"
#include "engine/plan_cache.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

namespace rung::engine {
namespace {

constexpr std::size_t kRecoverAtOnce = 10'000;  // runs that are loaded when the engine begins
constexpr std::size_t kKeptSettled = 256;       // runs that wait for something, kept in memory
constexpr std::size_t kInboxAtOnce = 100;
constexpr Duration kCalendarCheck = std::chrono::seconds(10);  // a step of the clock is seen within

using state::Committed;

// What waits for a write to be on disk.
struct Pending {
  std::shared_ptr<state::RunWrite> write = std::make_shared<state::RunWrite>();
  bool is_in_store = false;  // submitted, not answered
  std::vector<Effect> effects;
  std::vector<OnReply> replies;
  Reply reply;
};

struct LiveRun {
  std::shared_ptr<const Graph> graph;
  RunState state;
  bool is_driven = false;       // claimed by this engine
  std::deque<Pending> pending;  // submitted, oldest first
  std::size_t attempts = 0;     // that the executor owes
  state::RunStatus shown = state::RunStatus::queued;
  std::string shown_reason;
  std::optional<TimePoint> shown_wake;
  std::optional<Duration> timer;  // its entry in Inside::timers
};

struct Loading {  // commands that wait for their run to be in memory
  std::vector<std::pair<Command, std::pair<std::optional<CommandId>, OnReply>>> commands;
  bool drive = false;
};

Reply refusal_reply(RunId run, std::string name, Refusal refusal) {
  return {false, refusal.code, std::move(refusal.message), run, std::move(name)};
}

state::CommandResult result_row(const CommandId& id, const Reply& reply) {
  state::CommandResult row;
  row.id = id;
  row.is_applied = reply.is_applied;
  row.result.emplace("message", reply.message);
  row.result.emplace("run", reply.run.number);
  row.result.emplace("run_name", reply.run_name);
  if (!reply.is_applied) row.result.emplace("code", Value(name_of(reply.code)));
  return row;
}

bool needs_barrier(const Effect& effect, const RunState& run) {
  if (const auto* start = std::get_if<StartAttempt>(&effect)) {
    return run.at(start->step).effect_class != EffectClass::read;
  }
  return true;
}

bool is_settled(state::RunStatus status) {
  switch (status) {
    case state::RunStatus::queued:
    case state::RunStatus::running:
    case state::RunStatus::undoing: return false;
    case state::RunStatus::waiting:
    case state::RunStatus::paused:
    case state::RunStatus::in_doubt:
    case state::RunStatus::stuck:
    case state::RunStatus::succeeded:
    case state::RunStatus::failed:
    case state::RunStatus::undone:
    case state::RunStatus::cancelled: return true;
  }
  return true;
}

}  // namespace

struct Engine::Inside {
  Inside(Parts p, Scope s) : parts(std::move(p)), scope(std::move(s)) {}

  // --- the begin

  void open(std::function<void(Result<void>)> done) {
    ready = std::move(done);
    parts.store->on_state([this](state::StoreState state, const std::string& reason) {
      store_changed(state, reason);
    });
    parts.store->claim([this](Result<state::Claimed> claimed) {
      if (!claimed) return tell_ready(std::move(claimed).error());
      claim = claimed.value();
      next_run = claim.next_run;
      recover();
    });
  }

  void recover() {
    if (scope.kind == Scope::Kind::none) return tell_ready(success());
    if (scope.kind == Scope::Kind::listed) {
      for (const RunId run : scope.runs) drive(run);
      return check_ready();
    }
    const auto now = parts.clock->now();
    parts.store->due(now.utc, kRecoverAtOnce, [this](Result<std::vector<state::RunSummary>> due) {
      if (!due) return tell_ready(std::move(due).error());
      for (const state::RunSummary& summary : due.value()) drive(summary.run);
      look_at_wakes();
      check_ready();
    });
  }

  void drive(RunId run) {
    if (const auto live = runs.find(run); live != runs.end()) {
      if (!live->second.is_driven) begin_driving(run, live->second);
      return;
    }
    load(run).drive = true;
  }

  void check_ready() {
    if (!ready || !loading.empty() || unclaimed > 0) return;
    tell_ready(success());
  }
  void tell_ready(Result<void> result) {
    if (auto tell = std::exchange(ready, nullptr)) tell(std::move(result));
  }

  void look_at_wakes() {
    if (scope.kind != Scope::Kind::all) return;
    parts.store->next_wake([this](Result<std::optional<TimePoint>> wake) {
      if (wake) store_wake = wake.value();
    });
  }

  // --- runs in memory

  Loading& load(RunId run) {
    auto [entry, is_new] = loading.try_emplace(run);
    if (is_new) {
      parts.store->load(
          run, [this, run](Result<state::Journal> journal) { loaded(run, std::move(journal)); });
    }
    return entry->second;
  }

  void loaded(RunId run, Result<state::Journal> journal) {
    if (!journal) return cannot_load(run, std::move(journal).error());
    const std::string hash = journal.value().summary.plan;
    if (PlanCache::Entry* entry = plans.find(hash))
      return folded(run, journal.value(), entry->graph);
    parts.store->load_plan(
        hash, [this, run, hash, kept = std::move(journal).value()](Result<std::string> json) {
          if (!json) return cannot_load(run, std::move(json).error());
          auto entry = plans.add(hash, std::move(json).value());
          if (!entry) return cannot_load(run, std::move(entry).error());
          folded(run, kept, entry.value()->graph);
        });
  }

  void folded(RunId run, const state::Journal& journal, std::shared_ptr<const Graph> graph) {
    auto state = fold(*graph, run, journal.events);
    if (!state) return cannot_load(run, std::move(state).error());
    LiveRun& live = runs[run];
    live.graph = std::move(graph);
    live.state = std::move(state).value();
    live.shown = journal.summary.status;
    live.shown_reason = journal.summary.reason;
    live.shown_wake = journal.summary.wake_at;
    serve_waiting(run, live);
    check_ready();
  }

  void serve_waiting(RunId run, LiveRun& live) {
    Loading waiting = std::move(loading.extract(run).mapped());
    const bool is_mine = scope.kind == Scope::Kind::all || waiting.drive;
    if (is_mine && live.state.phase != RunPhase::finished) begin_driving(run, live);
    for (auto& [command, answer] : waiting.commands) {
      execute(run, command, answer.first, std::move(answer.second));
    }
    set_timer(run, live);
    let_go_if_idle(run);
  }

  void cannot_load(RunId run, Error error) {
    parts.log->warning("a run cannot be read; it is left alone",
                       {{"run", std::to_string(run.number)}, {"error", error.message()}});
    auto waiting = loading.extract(run);
    for (auto& [command, answer] : waiting.mapped().commands) {
      refuse(answer.first, std::move(answer.second),
             refusal_reply(run, "", {error.code(), error.message()}));
    }
    check_ready();
  }

  void begin_driving(RunId run, LiveRun& live) {
    live.is_driven = true;
    unclaimed += 1;
    execute(run, Claim{claim.epoch, parts.host, parts.pid, parts.who, parts.rung}, std::nullopt,
            [this](const Reply&) {
              unclaimed -= 1;
              check_ready();
            });
  }

  // A run that nothing happens to leaves the memory; its journal is on disk.
  void let_go_if_idle(RunId run) {
    const auto found = runs.find(run);
    if (found == runs.end()) return;
    LiveRun& live = found->second;
    if (!live.pending.empty() || live.attempts > 0 || !is_settled(status_of(live.state))) return;
    if (live.state.phase == RunPhase::finished) return forget(found);
    settled.push_back(run);
    while (settled.size() > kKeptSettled) {
      const auto oldest = runs.find(settled.front());
      settled.pop_front();
      const bool is_idle = oldest != runs.end() && oldest->second.pending.empty() &&
                           oldest->second.attempts == 0 &&
                           is_settled(status_of(oldest->second.state));
      if (is_idle) forget(oldest);
    }
  }

  void forget(std::map<RunId, LiveRun>::iterator live) {
    if (live->second.timer) timers.erase({*live->second.timer, live->first});
    const auto& wake = live->second.shown_wake;
    if (wake && (!store_wake || *wake < *store_wake)) store_wake = *wake;
    runs.erase(live);
  }

  // --- commands

  void send(RunId run, Command command, std::optional<CommandId> row, OnReply reply) {
    if (runs.contains(run)) return execute(run, command, row, std::move(reply));
    Loading& waiting = load(run);
    waiting.commands.emplace_back(std::move(command), std::pair(row, std::move(reply)));
  }

  Context context(const LiveRun& live) const {
    Context c;
    c.graph = live.graph.get();
    c.now = parts.clock->now();
    c.evaluator = parts.evaluator;
    c.facts = parts.facts;
    c.calendar = parts.calendar;
    c.files = parts.files;
    c.driving = live.is_driven && !is_stopping ? Driving::drive : Driving::hold;
    return c;
  }

  void execute(RunId run, const Command& command, std::optional<CommandId> row, OnReply reply) {
    const auto found = runs.find(run);
    if (found == runs.end()) return;
    LiveRun& live = found->second;
    const Seq before = live.state.seq;
    Decision decision = decide(std::move(live.state), command, context(live));
    live.state = std::move(decision.state);
    const std::string name = row || reply ? run_name(live.state) : "";
    if (decision.refusal)
      return refuse(row, std::move(reply), refusal_reply(run, name, std::move(*decision.refusal)));

    Pending pending;
    pending.reply = {true, ErrorCode::conflict, "", run, name};
    if (reply) pending.replies.push_back(std::move(reply));
    if (row) pending.write->consumed.push_back(result_row(*row, pending.reply));
    pending.write->events = std::move(decision.events);
    pending.effects = std::move(decision.effects);
    submit(run, live, before, std::move(pending));
    if (decision.more)
      parts.post([this, run, alive = std::weak_ptr<int>(life)] {
        if (!alive.expired()) execute(run, Go{}, std::nullopt, nullptr);
      });
  }

  void refuse(const std::optional<CommandId>& row, OnReply reply, Reply answer) {
    if (!row) {
      if (reply) reply(std::move(answer));
      return;
    }
    parts.store->answer(result_row(*row, answer), [reply = std::move(reply), answer](Committed) {
      if (reply) reply(answer);
    });
  }

  // --- writing

  void submit(RunId run, LiveRun& live, Seq before, Pending pending) {
    const bool is_empty = pending.write->events.empty() && pending.write->consumed.empty();
    if (is_empty) {
      perform_all(run, pending.effects);
      for (OnReply& reply : pending.replies) reply(pending.reply);
      return let_go_if_idle(run);
    }
    release_reads(run, live, pending.effects);
    pending.write->run = run;
    pending.write->epoch = claim.epoch;
    pending.write->expected = before;
    pending.write->barrier = barrier_of(live, pending);
    add_summary(live, *pending.write);
    set_timer(run, live);
    live.pending.push_back(std::move(pending));
    send_pending(run, live);
  }

  // Reads need no intent on disk: their outcome rides in the next barrier.
  void release_reads(RunId run, const LiveRun& live, std::vector<Effect>& effects) {
    if (!store_is_up) return;
    std::vector<Effect> kept;
    std::vector<Effect> released;
    for (const Effect& effect : effects)
      (needs_barrier(effect, live.state) ? kept : released).push_back(effect);
    effects = std::move(kept);
    perform_all(run, released);
  }

  static state::Barrier barrier_of(const LiveRun& live, const Pending& pending) {
    const bool somebody_waits =
        !pending.effects.empty() || !pending.replies.empty() || !pending.write->consumed.empty();
    const bool goes_on = !is_settled(status_of(live.state));
    return somebody_waits || !goes_on ? state::Barrier::barrier : state::Barrier::lazy;
  }

  // The summary row changes rarely; most writes leave it alone.
  static void add_summary(LiveRun& live, state::RunWrite& write) {
    const state::RunStatus status = status_of(live.state);
    const bool is_new = write.expected.number == 0;
    const bool was_busy = !is_settled(live.shown);
    if (!is_new && status == live.shown && was_busy && !live.state.ending) return;
    state::RunSummary summary = summary_of(*live.graph, live.state);
    const bool is_same = !is_new && status == live.shown && summary.reason == live.shown_reason &&
                         summary.wake_at == live.shown_wake;
    if (is_same) return;
    live.shown = status;
    live.shown_reason = summary.reason;
    live.shown_wake = summary.wake_at;
    write.summary = std::move(summary);
  }

  // Writes of one run reach the store in order: behind one that was turned away nothing is sent
  // until all that were sent have been answered.
  void send_pending(RunId run, LiveRun& live) {
    if (!store_is_up || live.pending.empty()) return;
    const auto is_sent = [](const Pending& pending) { return pending.is_in_store; };
    auto next = std::find_if_not(live.pending.begin(), live.pending.end(), is_sent);
    const bool is_gap = std::any_of(next, live.pending.end(), is_sent);
    if (is_gap) return;
    for (; next != live.pending.end(); ++next) {
      next->is_in_store = true;
      writes_under_way += 1;
      parts.store->submit(next->write, [this, run](Committed committed) {
        writes_under_way -= 1;
        written(run, committed);
      });
    }
  }

  void written(RunId run, Committed committed) {
    const auto found = runs.find(run);
    if (found == runs.end()) return;
    std::deque<Pending>& pending = found->second.pending;
    const auto answered = std::find_if(pending.begin(), pending.end(),
                                       [](const Pending& p) { return p.is_in_store; });
    if (answered == pending.end()) return;
    answered->is_in_store = false;
    // What was sent behind a write that the store turned away does not fit without it.
    const bool is_behind = answered != pending.begin();
    switch (committed) {
      case Committed::committed: return on_disk(run, found->second);
      case Committed::fenced: return lose("another engine took the store");
      case Committed::conflict:
        if (!is_behind) return refused_by_store(run, found->second);
        break;
      case Committed::store_down: break;
    }
    send_pending(run, found->second);
  }

  void on_disk(RunId run, LiveRun& live) {
    Pending done = std::move(live.pending.front());
    live.pending.pop_front();
    if (!done.write->plan_json.empty()) mark_stored(live);
    const bool is_changed = done.write->summary.has_value() || changed != nullptr;
    perform_all(run, done.effects);
    for (OnReply& reply : done.replies) reply(done.reply);
    if (is_changed) tell_changed(run);
    let_go_if_idle(run);
  }

  void mark_stored(const LiveRun& live) {
    if (PlanCache::Entry* entry = plans.find(live.state.created->plan)) entry->is_stored = true;
  }

  void tell_changed(RunId run) {
    const auto found = runs.find(run);
    if (!changed || found == runs.end()) return;
    const state::RunStatus status = status_of(found->second.state);
    const bool is_quiet = found->second.pending.empty() && found->second.attempts == 0;
    changed({run, status, is_quiet && is_settled(status)});
  }

  // Two runs of one dedupe key, or a bug: the journal on disk is the truth, this memory is not.
  void refused_by_store(RunId run, LiveRun& live) {
    const Pending& first = live.pending.front();
    const bool is_duplicate = !first.write->dedupe.empty();
    const std::string why =
        is_duplicate ? "a run for " + first.write->dedupe + " exists already"
                     : "the journal of this run was changed by somebody else; it is left alone";
    if (!is_duplicate)
      parts.log->error("a write was refused", {{"run", std::to_string(run.number)}, {"why", why}});
    std::deque<Pending> dropped = std::move(live.pending);
    if (live.timer) timers.erase({*live.timer, run});
    runs.erase(run);
    for (Pending& pending : dropped) {
      Reply answer = refusal_reply(run, pending.reply.run_name, {ErrorCode::conflict, why});
      for (OnReply& reply : pending.replies) reply(answer);
      for (const state::CommandResult& row : pending.write->consumed) {
        parts.store->answer(result_row(row.id, answer), [](Committed) {});
      }
    }
  }

  void store_changed(state::StoreState state, const std::string& reason) {
    const bool was_up = store_is_up;
    store_is_up = state == state::StoreState::up || state == state::StoreState::low_space;
    may_act = state == state::StoreState::up;
    if (state == state::StoreState::lost) return lose(reason);
    if (!may_act)
      parts.log->warning("the store cannot be written: no new effect starts", {{"reason", reason}});
    if (store_is_up && !was_up) {
      for (auto& [run, live] : runs) send_pending(run, live);
    }
    if (may_act) perform_held();
  }

  void lose(const std::string& why) {
    is_stopping = true;
    if (auto tell = std::exchange(lost, nullptr)) tell(why);
  }

  // --- effects

  void perform_all(RunId run, const std::vector<Effect>& effects) {
    for (const Effect& effect : effects) perform(run, effect);
  }

  void perform(RunId run, const Effect& effect) {
    const bool is_start = std::holds_alternative<StartAttempt>(effect);
    if (is_start && !may_act) {
      held.emplace_back(run, effect);
      return;
    }
    const auto found = runs.find(run);
    if (found == runs.end()) return;
    std::visit([&](const auto& e) { perform(run, found->second, e); }, effect);
  }

  void perform_held() {
    const auto waiting = std::exchange(held, {});
    for (const auto& [run, effect] : waiting) perform(run, effect);
  }

  // Built after the intent is on disk: the secrets are as they are now.
  std::optional<Attempt> attempt_of(RunId run, LiveRun& live, StepIndex i, bool after_restart) {
    auto attempt = build_attempt(*live.graph, live.state, i, parts.clock->now(), *parts.evaluator,
                                 *parts.secrets);
    if (attempt) return std::move(attempt).value();
    const bool is_secret = attempt.error().code() == ErrorCode::not_found;
    const ActionError error{is_secret ? ErrorClass::auth : ErrorClass::invalid,
                            attempt.error().message()};
    later(run, live, i, after_restart ? Outcome(Unknown{error}) : Outcome(NotDone{error}), false);
    return std::nullopt;
  }

  void later(RunId run, LiveRun& live, StepIndex i, Outcome outcome, bool after_restart) {
    live.attempts += 1;
    FinishAttempt command{i, live.state.at(i).generation, live.state.at(i).attempts,
                          std::move(outcome), after_restart};
    parts.post(
        [this, run, command = std::move(command), alive = std::weak_ptr<int>(life)]() mutable {
          if (!alive.expired()) answered(run, std::move(command));
        });
  }

  void perform(RunId run, LiveRun& live, const StartAttempt& effect) {
    if (is_stopping) {
      return later(run, live, effect.step,
                   NotDone{{ErrorClass::unavailable, "the engine stopped before it began"}}, true);
    }
    auto attempt = attempt_of(run, live, effect.step, false);
    if (!attempt) return;
    live.attempts += 1;
    attempts_out += 1;
    FinishAttempt command{effect.step, attempt->id.generation, attempt->id.attempt, Done{}, false};
    parts.executor->run(std::move(*attempt), outcome_to(run, std::move(command)));
  }

  void perform(RunId run, LiveRun& live, const RecoverAttempt& effect) {
    auto attempt = attempt_of(run, live, effect.step, true);
    if (!attempt) return;
    const std::size_t host = live.state.at(effect.step).host;
    if (host < live.state.hosts.size()) attempt->started_on = live.state.hosts[host];
    live.attempts += 1;
    attempts_out += 1;
    FinishAttempt command{effect.step, attempt->id.generation, attempt->id.attempt, Done{}, true};
    const std::string address = attempt->id.address;
    const auto adopted = [this, run, address](const std::string& detail) {
      parts.log->info("adopted while running",
                      {{"run", std::to_string(run.number)}, {"step", address}, {"detail", detail}});
    };
    parts.executor->recover(std::move(*attempt), adopted, outcome_to(run, std::move(command)));
  }

  Executor::OnOutcome outcome_to(RunId run, FinishAttempt command) {
    return [this, run, command = std::move(command)](Outcome outcome) mutable {
      attempts_out -= 1;
      command.outcome = std::move(outcome);
      answered(run, std::move(command));
    };
  }

  void no_answer(RunId run) {
    if (const auto found = runs.find(run); found != runs.end()) found->second.attempts -= 1;
  }

  template <class Answer>
  void answered(RunId run, Answer command) {
    const auto found = runs.find(run);
    if (found == runs.end()) return;
    found->second.attempts -= 1;
    execute(run, Command(std::move(command)), std::nullopt, nullptr);
  }

  void perform(RunId run, LiveRun& live, const ProbeAttempt& effect) {
    if (is_stopping) return;  // the next engine looks
    const StepIndex i = effect.step;
    auto attempt = build_attempt(*live.graph, live.state, i, parts.clock->now(), *parts.evaluator,
                                 *parts.secrets);
    const auto& probe = live.graph->step(i).probe;
    auto with = probe ? build_probe(*live.graph, live.state, i, *parts.evaluator, *parts.secrets)
                      : Result<Value::Map>(Value::Map{});
    live.attempts += 1;
    FinishProbe command{i, live.state.at(i).attempts, Unknown{}, effect.after_restart};
    if (!attempt || !with) {
      const Error& error = !attempt ? attempt.error() : with.error();
      command.answer =
          Unknown{{ErrorClass::invalid, "the probe could not be prepared: " + error.message()}};
      return parts.post(
          [this, run, command = std::move(command), alive = std::weak_ptr<int>(life)]() mutable {
            if (!alive.expired()) answered(run, std::move(command));
          });
    }
    attempts_out += 1;
    // A look has its own time, however late the attempt is.
    attempt.value().deadline = parts.clock->now() + kProbeTime;
    parts.executor->probe(std::move(attempt).value(), probe ? &*probe : nullptr,
                          std::move(with).value(),
                          [this, run, command = std::move(command)](ProbeAnswer answer) mutable {
                            attempts_out -= 1;
                            // A look that was cut short says nothing: the next engine looks again.
                            if (is_stopping && std::holds_alternative<Unknown>(answer))
                              return no_answer(run);
                            command.answer = std::move(answer);
                            answered(run, std::move(command));
                          });
  }

  void perform(RunId, LiveRun& live, const CancelAttempt& effect) {
    parts.executor->cancel(attempt_id(*live.graph, live.state, effect.step),
                           effect.by_deadline ? CancelHow::deadline : CancelHow::by_request);
  }

  void perform(RunId run, LiveRun& live, const ForgetAttempt& effect) {
    parts.executor->forget(
        {run, live.graph->step(effect.step).address, effect.generation, effect.attempt});
  }

  // --- time

  // Keyed by CLOCK_BOOTTIME as it will read then, as far as one can know.
  void set_timer(RunId run, LiveRun& live) {
    if (live.timer) timers.erase({*live.timer, run});
    live.timer.reset();
    if (!live.is_driven) return;
    const NextDue due = engine::next_due(live.state);
    if (due.by_boot) live.timer = due.by_boot->boot;
    if (due.by_utc) {
      const Instant now = parts.clock->now();
      const Duration wait = std::max(Duration(due.by_utc->utc - now.utc), Duration::zero());
      const Duration look = now.boot + std::min(wait, kCalendarCheck);
      live.timer = std::min(live.timer.value_or(look), look);
    }
    if (live.timer) timers.insert({*live.timer, run});
  }

  std::optional<Instant> next_tick() const {
    if (is_stopping) return std::nullopt;
    const Instant now = parts.clock->now();
    std::optional<Duration> boot;
    if (!timers.empty()) boot = timers.begin()->first;
    if (store_wake) {
      const Duration wake =
          now.boot + std::clamp(Duration(*store_wake - now.utc), Duration::zero(), kCalendarCheck);
      if (!boot || wake < *boot) boot = wake;
    }
    if (!boot) return std::nullopt;
    return Instant{now.utc + (*boot - now.boot), *boot};
  }

  void tick() {
    if (is_stopping) return;
    const Instant now = parts.clock->now();
    std::vector<RunId> due;
    for (const auto& [at, run] : timers) {
      if (at > now.boot) break;
      due.push_back(run);
    }
    for (const RunId run : due) {
      LiveRun& live = runs.at(run);
      if (engine::next_due(live.state).is_due(now)) execute(run, PassTime{}, std::nullopt, nullptr);
      if (const auto still = runs.find(run); still != runs.end()) set_timer(run, still->second);
    }
    if (store_wake && *store_wake <= now.utc) wake_from_store(now);
  }

  void wake_from_store(Instant now) {
    store_wake.reset();
    parts.store->due(now.utc, kRecoverAtOnce, [this](Result<std::vector<state::RunSummary>> due) {
      if (!due) return;
      for (const state::RunSummary& summary : due.value()) drive(summary.run);
      look_at_wakes();
    });
  }

  // --- new runs

  void start(StartRequest request, std::optional<CommandId> row, OnReply reply) {
    PlanCache::Entry& plan = plans.of(request.plan);
    const RunId run{next_run};
    LiveRun live;
    live.graph = plan.graph;
    live.is_driven = scope.kind != Scope::Kind::none && !is_stopping;
    NewRun fresh{run,
                 claim.store,
                 plan.hash,
                 std::move(request.inputs),
                 std::move(request.mode),
                 static_cast<std::int64_t>(parts.random->next() >> 1),
                 std::move(request.by)};
    Context context = this->context(live);
    Decision created = create_run(fresh, context);
    if (created.refusal)
      return refuse(row, std::move(reply), refusal_reply({}, "", std::move(*created.refusal)));
    next_run += 1;

    Pending pending;
    pending.write->events = std::move(created.events);
    live.state = std::move(created.state);
    if (live.is_driven) claim_new(live, context, pending);
    pending.write->dedupe = std::move(request.dedupe);
    if (!plan.is_stored) pending.write->plan_json = plan.json;
    pending.reply = {true, ErrorCode::conflict, "", run, run_name(live.state)};
    if (reply) pending.replies.push_back(std::move(reply));
    if (row) pending.write->consumed.push_back(result_row(*row, pending.reply));
    LiveRun& kept = runs[run] = std::move(live);
    submit(run, kept, Seq{0}, std::move(pending));
  }

  // Its creation and its first intents are one write.
  void claim_new(LiveRun& live, const Context& context, Pending& pending) {
    Claim command{claim.epoch, parts.host, parts.pid, parts.who, parts.rung};
    Decision claimed = decide(std::move(live.state), command, context);
    live.state = std::move(claimed.state);
    for (state::Event& event : claimed.events) pending.write->events.push_back(std::move(event));
    pending.effects = std::move(claimed.effects);
    if (!claimed.more) return;
    parts.post([this, run = live.state.id, alive = std::weak_ptr<int>(life)] {
      if (!alive.expired()) execute(run, Go{}, std::nullopt, nullptr);
    });
  }

  // --- the inbox

  void take_inbox() {
    if (is_taking || is_stopping) return;
    is_taking = true;
    parts.store->pending_commands(kInboxAtOnce, [this](Result<std::vector<state::Command>> rows) {
      is_taking = false;
      if (!rows) return;
      for (const state::Command& row : rows.value()) {
        if (taken.insert(row.id).second) take(row);
      }
    });
  }

  void take(const state::Command& row) {
    const auto done = [this, id = row.id](const Reply&) { taken.erase(id); };
    auto request = decode(row);
    if (!request) {
      const Refusal refusal{request.error().code(), request.error().message()};
      return refuse(row.id, done, refusal_reply(row.run.value_or(RunId{}), "", refusal));
    }
    if (auto* fresh = std::get_if<StartRequest>(&request.value()))
      return start(std::move(*fresh), row.id, done);
    // Who resumes a run wants it driven, also where this engine has not driven it so far.
    if (std::holds_alternative<Continue>(std::get<Command>(request.value())) &&
        scope.kind != Scope::Kind::none)
      drive(*row.run);
    send(*row.run, std::get<Command>(std::move(request).value()), row.id, done);
  }

  static constexpr Duration kProbeTime = std::chrono::minutes(1);

  Parts parts;
  Scope scope;
  state::Claimed claim;
  std::int64_t next_run = 1;
  PlanCache plans;
  std::map<RunId, LiveRun> runs;
  std::map<RunId, Loading> loading;
  std::deque<RunId> settled;                    // candidates to leave the memory, oldest first
  std::set<std::pair<Duration, RunId>> timers;  // of runs in memory
  std::optional<TimePoint> store_wake;          // of the others, the earliest
  std::set<CommandId> taken;                    // rows being decided
  std::vector<std::pair<RunId, Effect>> held;   // intents on disk that wait for the store to be up
  std::size_t unclaimed = 0;
  std::size_t writes_under_way = 0;
  std::size_t attempts_out = 0;
  bool store_is_up = true;
  bool may_act = true;
  bool is_stopping = false;
  bool is_taking = false;
  std::function<void(Result<void>)> ready;
  std::function<void(const Changed&)> changed;
  std::function<void(std::string)> lost;
  std::shared_ptr<int> life = std::make_shared<int>(0);  // posted tasks outlive nobody
};

Engine::Engine(Parts parts, Scope scope)
    : inside_(std::make_unique<Inside>(std::move(parts), std::move(scope))) {}
Engine::~Engine() = default;

void Engine::open(std::function<void(Result<void>)> ready) {
  inside_->open(std::move(ready));
}
void Engine::start(StartRequest request, OnReply reply) {
  inside_->start(std::move(request), std::nullopt, std::move(reply));
}
void Engine::send(RunId run, Command command, OnReply reply) {
  inside_->send(run, std::move(command), std::nullopt, std::move(reply));
}
void Engine::take_inbox() {
  inside_->take_inbox();
}
std::optional<Instant> Engine::next_due() const {
  return inside_->next_tick();
}
void Engine::tick() {
  inside_->tick();
}
bool Engine::is_quiet() const {
  return inside_->writes_under_way == 0 && inside_->loading.empty();
}
std::size_t Engine::attempts_in_flight() const {
  return inside_->attempts_out;
}
void Engine::stop() {
  inside_->is_stopping = true;
}
void Engine::on_change(std::function<void(const Changed&)> changed) {
  inside_->changed = std::move(changed);
}
void Engine::on_lost(std::function<void(std::string)> lost) {
  inside_->lost = std::move(lost);
}

}  // namespace rung::engine
