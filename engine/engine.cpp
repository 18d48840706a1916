#include "engine/engine.h"

#include "base/words.h"
#include "engine/core/group_locks.h"
#include "engine/core/people.h"
#include "engine/freezes.h"
#include "engine/inbox.h"
#include "engine/live_run.h"
#include "engine/lock_table.h"
#include "engine/performer.h"
#include "engine/plan_cache.h"
#include "engine/run_loader.h"
#include "engine/wake_times.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace rung::engine {
namespace {

constexpr std::size_t kDueAtOnce = 1000;   // runs that are due, and are loaded together
constexpr std::size_t kKeptSettled = 256;  // runs that wait for something, kept in memory
constexpr std::size_t kInboxAtOnce = 100;
// After a look for runs that are due: one that is due all the same is on its way, or unreadable.
constexpr Duration kLookAgain = std::chrono::seconds(1);

using state::Committed;

// A command that waits for its run to be in memory.
struct WaitingCommand {
  Command command;
  std::optional<CommandId> row;
  OnReply reply;
};
struct Loading {
  std::vector<WaitingCommand> commands;
  bool drive = false;
};

Reply refusal_reply(RunId run, std::string name, Refusal refusal) {
  return {false, refusal.code, std::move(refusal.message), run, std::move(name)};
}

Refusal too_many_wait() {
  return {ErrorCode::exhausted,
          "1,000 runs of this store wait for locks already; cancel some of them (`rung ls`)"};
}

}  // namespace

struct Engine::Inside {
  Inside(Parts p, Scope s)
      : parts(std::move(p)),
        scope(std::move(s)),
        loader(*parts.store, *parts.plans),
        performer(parts, [this](RunId run, const Command& answer) {
          execute(run, answer, std::nullopt, nullptr);
        }) {}

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
      locks = LockTable(std::exchange(claim.locks, {}));
      freezes = Freezes(std::exchange(claim.freezes, {}));
      recover();
    });
  }

  void recover() {
    if (scope.kind == Scope::Kind::none) return tell_ready(success());
    if (scope.kind == Scope::Kind::listed) {
      for (const RunId run : scope.runs) drive(run);
      return check_ready();
    }
    drive_due(parts.clock->now().utc, RunId{});
  }

  // Page by page: the next one when those of this one are loaded, however many are due.
  void drive_due(TimePoint now, RunId after) {
    is_paging = true;
    parts.store->due(now, after, kDueAtOnce,
                     [this, now](Result<std::vector<state::RunSummary>> due) {
                       is_paging = false;
                       if (!due) return tell_ready(std::move(due).error());
                       for (const state::RunSummary& summary : due.value()) drive(summary.run);
                       if (due.value().size() == kDueAtOnce)
                         next_page = {now, due.value().back().run};
                       else
                         look_at_wakes();
                       check_ready();
                     });
  }

  void drive(RunId run) {
    if (const auto live = runs.find(run); live != runs.end()) {
      if (!live->second.is_driven) begin_driving(run, live->second);
      return;
    }
    if (!unreadable.contains(run)) load(run).drive = true;
  }

  void check_ready() {
    if (!loading.empty() || unclaimed > 0 || is_paging) return;
    if (next_page && !is_stopping) {
      const auto [now, after] = *std::exchange(next_page, std::nullopt);
      return drive_due(now, after);
    }
    if (ready) tell_ready(success());
  }
  void tell_ready(Result<void> result) {
    if (auto tell = std::exchange(ready, nullptr)) tell(std::move(result));
    look_at_locks_later();
  }

  void look_at_wakes() {
    if (scope.kind != Scope::Kind::all) return;
    parts.store->next_wake([this](Result<std::optional<TimePoint>> wake) {
      if (!wake) return;  // asked again when the store is back
      const TimePoint now = parts.clock->now().utc;
      const bool is_past = wake.value() && *wake.value() <= now;
      wake_times.set_stored(is_past ? now + kLookAgain : wake.value());
    });
  }

  // --- runs in memory

  Loading& load(RunId run) {
    auto [entry, is_new] = loading.try_emplace(run);
    if (is_new) {
      loader.load(run, [this, run](Result<LoadedRun> loaded) {
        if (!loaded) return cannot_load(run, std::move(loaded).error());
        keep(run, std::move(loaded).value());
      });
    }
    return entry->second;
  }

  void keep(RunId run, LoadedRun loaded) {
    unreadable.erase(run);
    LiveRun& live = runs[run];
    live.graph = std::move(loaded.graph);
    live.state = std::move(loaded.state);
    live.shown = loaded.summary.status;
    live.shown_reason = std::move(loaded.summary.reason);
    live.shown_wake = loaded.summary.wake_at;
    serve_waiting(run, live);
    check_ready();
  }

  void serve_waiting(RunId run, LiveRun& live) {
    Loading waiting = std::move(loading.extract(run).mapped());
    const bool is_mine = scope.kind == Scope::Kind::all || waiting.drive;
    if (is_mine && live.state.phase != RunPhase::finished) begin_driving(run, live);
    for (WaitingCommand& one : waiting.commands) {
      execute(run, one.command, one.row, std::move(one.reply));
    }
    set_timer(run);
    let_go_if_idle(run);
  }

  void cannot_load(RunId run, const Error& error) {
    auto waiting = loading.extract(run);
    if (error.code() == ErrorCode::unavailable) {
      if (waiting.mapped().drive) missed.insert(run);
    } else if (unreadable.insert(run).second) {
      parts.log->warning("a run cannot be read; it is left alone",
                         {{"run", std::to_string(run.number)}, {"error", error.message()}});
    }
    for (WaitingCommand& one : waiting.mapped().commands) {
      refuse(one.row, std::move(one.reply),
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

  bool is_idle(RunId run, const LiveRun& live) const {
    return live.pending.is_empty() && !performer.owes(run) && live.state.watches.empty() &&
           !awaits_group_locks(live.state) && is_settled(status_of(live.state));
  }

  // A run that nothing happens to leaves the memory; its journal is on disk.
  void let_go_if_idle(RunId run) {
    const auto found = runs.find(run);
    if (found == runs.end() || !is_idle(run, found->second)) return;
    if (found->second.state.phase == RunPhase::finished) return forget(found);
    settled.push_back(run);
    while (settled.size() > kKeptSettled) {
      const auto oldest = runs.find(settled.front());
      settled.pop_front();
      if (oldest != runs.end() && is_idle(oldest->first, oldest->second)) forget(oldest);
    }
  }

  void forget(std::map<RunId, LiveRun>::iterator live) {
    wake_times.forget(live->first);
    if (const auto& wake = live->second.shown_wake) wake_times.add_stored(*wake);
    runs.erase(live);
  }

  // --- commands

  void send(RunId run, Command command, std::optional<CommandId> row, OnReply reply) {
    if (runs.contains(run)) return execute(run, command, row, std::move(reply));
    Loading& waiting = load(run);
    waiting.commands.push_back({std::move(command), row, std::move(reply)});
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
    Decision decision = decide(live.state, command, context(live));
    const std::string name = row || reply ? run_name(live.state) : "";
    if (decision.refusal)
      return refuse(row, std::move(reply), refusal_reply(run, name, std::move(*decision.refusal)));

    PendingWrite pending;
    pending.write->events = std::move(decision.events);
    pending.effects = std::move(decision.effects);
    take_free_locks(run, live, pending);
    answer_with(pending, {true, ErrorCode::conflict, std::move(decision.notice), run, name}, row,
                std::move(reply));
    submit(run, live, before, std::move(pending));
    if (decision.more) go_on_later(run);
  }

  static void answer_with(PendingWrite& pending, Reply answer, const std::optional<CommandId>& row,
                          OnReply reply) {
    if (reply) pending.replies.push_back(std::move(reply));
    if (row) pending.write->consumed.push_back(answer_row(*row, answer));
    pending.reply = std::move(answer);
  }

  void go_on_later(RunId run) {
    parts.post([this, run, alive = std::weak_ptr<int>(life)] {
      if (!alive.expired()) execute(run, Go{}, std::nullopt, nullptr);
    });
  }

  void refuse(const std::optional<CommandId>& row, OnReply reply, Reply answer) {
    if (!row) {
      if (reply) reply(std::move(answer));
      return;
    }
    parts.store->answer(answer_row(*row, answer), [reply = std::move(reply), answer](Committed) {
      if (reply) reply(answer);
    });
  }

  // --- locks

  void look_at_locks_later() {
    if (std::exchange(will_look_at_locks, true)) return;
    parts.post([this, alive = std::weak_ptr<int>(life)] {
      if (alive.expired()) return;
      will_look_at_locks = false;
      look_at_locks();
    });
  }

  void look_at_locks() {
    if (ready) return;  // who came first is known when all that are driven are loaded
    for (const LockHolder& holder : able_to_take()) {
      if (!may_take_locks(holder)) continue;  // the one before changed that
      locks.take(holder);
      execute(holder.run, taking(holder), std::nullopt, nullptr);
    }
  }

  std::vector<LockHolder> able_to_take() const {
    return locks.next([this](const LockHolder& holder) { return may_take_locks(holder); });
  }

  bool may_take_locks(const LockHolder& holder) const {
    const auto found = runs.find(holder.run);
    if (found == runs.end() || !found->second.is_driven || is_stopping) return false;
    const RunState& state = found->second.state;
    if (const auto group = group_of(holder))
      return can_take_locks(*found->second.graph, state, *group);
    return awaits_locks(state) && !state.paused && !state.ending;
  }

  std::optional<NodeIndex> group_of(const LockHolder& holder) const {
    if (holder.step.empty()) return std::nullopt;
    const LiveRun& live = runs.at(holder.run);
    return StepTree(*live.graph, live.state.loops).find(holder.step);
  }
  TakeLocks taking(const LockHolder& holder) const { return {group_of(holder)}; }

  // What was decided may ask for locks. Those that are free are taken in the same write.
  void take_free_locks(RunId run, LiveRun& live, PendingWrite& pending) {
    const bool asks = locks.note_decided(run, pending.write->events);
    if (!asks && !awaits_locks(live.state) && !awaits_group_locks(live.state)) return;
    look_at_locks_later();
    if (!asks || ready) return;
    for (const LockHolder& holder : able_to_take()) {
      if (holder.run != run || !may_take_locks(holder)) continue;
      locks.take(holder);
      Decision now_held = decide(live.state, taking(holder), context(live));
      locks.note_decided(run, now_held.events);
      if (now_held.more) go_on_later(run);
      pending.add(std::move(now_held));
    }
  }

  // The run that is there already, where a second one of its key is to be refused.
  std::optional<RunId> stands_against(const runbooks::Plan& plan, const RunState& fresh) const {
    if (!plan.concurrency || !plan.concurrency->rejects) return std::nullopt;
    return locks.user_of(state::kKeyPrefix + fresh.locks->key);
  }

  // By the name of the other run, which may be only on disk.
  void reject(RunId other, const std::string& key, std::optional<CommandId> row, OnReply reply) {
    const auto say = [this, other, key, row, reply = std::move(reply)](std::string name) {
      const std::string number = std::to_string(other.number);
      refuse(row, reply,
             refusal_reply({}, "",
                           {ErrorCode::suppressed,
                            "not started: " + (name.empty() ? "run " + number : name) +
                                " is there already, and only one run of the key " + key +
                                " may be (concurrency: on_conflict: reject). It ends by itself or "
                                "by  rung cancel " +
                                number + ";  rung why " + number + "  says what it does"}));
    };
    const auto live = runs.find(other);
    if (live != runs.end()) return say(run_name(live->second.state));
    parts.store->load(other, [say, other](Result<state::Journal> journal) {
      say(journal ? journal.value().summary.runbook + "-" + std::to_string(other.number) : "");
    });
  }

  // --- writing

  void submit(RunId run, LiveRun& live, Seq before, PendingWrite pending) {
    if (pending.write->events.empty() && pending.write->consumed.empty()) {
      perform_all(live, pending.effects);
      set_timer(run, live);  // a look that changed nothing is followed by another
      if (timer_changed) timer_changed();
      for (OnReply& reply : pending.replies) reply(pending.reply);
      return let_go_if_idle(run);
    }
    release_reads(live, pending.effects);
    pending.write->run = run;
    pending.write->epoch = claim.epoch;
    pending.write->expected = before;
    pending.write->barrier = barrier_of(live.state, pending);
    add_summary(live, *pending.write);
    set_timer(run, live);
    live.pending.add(std::move(pending));
    send_pending(run, live);
  }

  void release_reads(const LiveRun& live, std::vector<Effect>& effects) {
    const auto is_read = [&](const Effect& effect) { return !needs_barrier(effect, live.state); };
    if (!store_is_up || std::none_of(effects.begin(), effects.end(), is_read)) return;
    std::vector<Effect> kept;
    std::vector<Effect> released;
    for (const Effect& effect : effects) (is_read(effect) ? released : kept).push_back(effect);
    effects = std::move(kept);
    perform_all(live, released);
  }

  void send_pending(RunId run, LiveRun& live) {
    if (!store_is_up) return;
    for (const auto& write : live.pending.send()) {
      writes_under_way += 1;
      parts.store->submit(write, [this, run](Committed committed) {
        writes_under_way -= 1;
        written(run, committed);
      });
    }
  }

  void written(RunId run, Committed committed) {
    const auto found = runs.find(run);
    if (found == runs.end()) return;
    switch (found->second.pending.answered(committed)) {
      case PendingWrites::Fate::on_disk: return on_disk(run, found->second);
      case PendingWrites::Fate::fenced: return lose("another engine took the store");
      case PendingWrites::Fate::refused: return refused_by_store(run, found->second);
      case PendingWrites::Fate::again: return send_pending(run, found->second);
    }
  }

  void on_disk(RunId run, LiveRun& live) {
    PendingWrite done = live.pending.take_oldest();
    // Not before: a lock that another takes earlier could be held twice after a crash.
    if (locks.note_on_disk(run, done.write->events)) look_at_locks_later();
    perform_all(live, done.effects);
    for (OnReply& reply : done.replies) reply(done.reply);  // who may have the run let go
    if (changed) tell_changed(run);
    let_go_if_idle(run);
  }

  void tell_changed(RunId run) {
    const auto found = runs.find(run);
    if (found == runs.end()) return;
    const state::RunStatus status = status_of(found->second.state);
    const bool is_quiet = found->second.pending.is_empty() && !performer.owes(run);
    changed({run, status, is_quiet && is_settled(status)});
  }

  // Two runs of one dedupe key, or a bug: the journal on disk is the truth, this memory is not.
  void refused_by_store(RunId run, LiveRun& live) {
    std::deque<PendingWrite> dropped = live.pending.take_all();
    const std::string dedupe = dropped.front().write->dedupe;
    const std::string why =
        !dedupe.empty() ? "a run for " + dedupe + " exists already"
                        : "the journal of this run was changed by somebody else; it is left alone";
    if (dedupe.empty())
      parts.log->error("a write was refused", {{"run", std::to_string(run.number)}, {"why", why}});
    wake_times.forget(run);
    runs.erase(run);
    if (dropped.front().write->expected.number == 0) {  // it never came to be
      locks.free(run);
      look_at_locks_later();
    }
    for (PendingWrite& pending : dropped) {
      const Reply answer = refusal_reply(run, pending.reply.run_name, {ErrorCode::conflict, why});
      for (OnReply& reply : pending.replies) reply(answer);
      for (const state::CommandResult& row : pending.write->consumed) {
        parts.store->answer(answer_row(row.id, answer), [](Committed) {});
      }
    }
  }

  void store_changed(state::StoreState state, const std::string& reason) {
    const bool was_up = store_is_up;
    store_is_up = state == state::StoreState::up || state == state::StoreState::low_space;
    may_act = state == state::StoreState::up;
    if (state == state::StoreState::lost) return lose(reason);
    if (store_told)
      store_told(may_act ? "" : reason);
    else if (!may_act)
      parts.log->warning("the store cannot be written: no new effect starts", {{"reason", reason}});
    if (store_is_up && !was_up) {
      for (auto& [run, live] : runs) send_pending(run, live);
      for (const RunId run : std::exchange(missed, {})) drive(run);
      look_at_wakes();
    }
    if (may_act) perform_held();
  }

  void stop() {
    is_stopping = true;
    performer.stop();
    perform_held();  // as not done
  }

  void release(const std::string& why) {
    if (is_lost) return;
    std::vector<RunId> driven;
    for (auto& [run, live] : runs) {
      if (std::exchange(live.is_driven, false)) driven.push_back(run);
    }
    for (const RunId run : driven) {
      execute(run, Release{claim.epoch, why}, std::nullopt, nullptr);
    }
  }

  void lose(const std::string& why) {
    is_lost = true;
    stop();
    if (auto tell = std::exchange(lost, nullptr)) tell(why);
  }

  // --- effects

  void perform_all(const LiveRun& live, const std::vector<Effect>& effects) {
    for (const Effect& effect : effects) perform(live, effect);
  }

  void perform(const LiveRun& live, const Effect& effect) {
    const RunId run = live.state.id;
    const auto* start = std::get_if<StartAttempt>(&effect);
    if (start != nullptr && !may_act && !is_stopping) {
      held.emplace_back(run, start->step);
      return;
    }
    const auto* cancel = std::get_if<CancelAttempt>(&effect);
    if (cancel != nullptr && std::erase(held, std::pair(run, cancel->step)) > 0)
      return performer.begin_not(live.state, cancel->step);
    performer.perform(*live.graph, live.state, effect);
  }

  void perform_held() {
    const auto waiting = std::exchange(held, {});
    for (const auto& [run, step] : waiting) {
      const auto found = runs.find(run);
      if (found != runs.end()) perform(found->second, StartAttempt{step});
    }
  }

  // --- time

  void set_timer(RunId run) {
    const auto found = runs.find(run);
    if (found != runs.end()) set_timer(run, found->second);
  }
  void set_timer(RunId run, const LiveRun& live) {
    const NextDue due = live.is_driven ? engine::next_due(live.state) : NextDue{};
    if (due.is_empty()) return wake_times.forget(run);
    wake_times.set(run, due, parts.clock->now());
  }

  std::optional<Instant> next_tick() const {
    if (is_stopping) return std::nullopt;
    return wake_times.next(parts.clock->now());
  }

  void tick() {
    if (is_stopping) return;
    const Instant now = parts.clock->now();
    for (const RunId run : wake_times.due(now)) {
      const auto found = runs.find(run);
      if (found == runs.end()) continue;
      if (engine::next_due(found->second.state).is_due(now)) {
        execute(run, PassTime{}, std::nullopt, nullptr);
      }
      set_timer(run);
    }
    if (wake_times.take_stored(now)) wake_from_store(now);
  }

  void wake_from_store(Instant now) {
    if (!is_paging && !next_page) drive_due(now.utc, RunId{});
  }

  // --- new runs

  void start(StartRequest request, std::optional<CommandId> row, OnReply reply) {
    PlanCache::Entry& plan = parts.plans->of(request.plan);
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
                 std::move(request.by),
                 std::move(request.origin),
                 {}};
    Context context = this->context(live);
    fresh.despite = freezes.against({*request.plan, fresh.mode, context.now.utc}, *parts.calendar);
    if (auto refusal =
            refused_beginning(*live.graph, fresh.despite, {fresh.by, request.breaks_glass}))
      return refuse(row, std::move(reply), refusal_reply({}, "", std::move(*refusal)));
    Decision created = create_run(live.state, fresh, context);
    if (created.refusal)
      return refuse(row, std::move(reply), refusal_reply({}, "", std::move(*created.refusal)));
    if (const auto other = stands_against(*request.plan, live.state))
      return reject(*other, live.state.locks->key, row, std::move(reply));
    if (live.state.locks && !locks.has_room())
      return refuse(row, std::move(reply), refusal_reply({}, "", too_many_wait()));
    next_run += 1;

    PendingWrite pending;
    pending.write->events = std::move(created.events);
    LiveRun& kept = runs[run] = std::move(live);
    if (kept.is_driven) claim_new(kept, context, pending);
    take_free_locks(run, kept, pending);
    pending.write->dedupe = std::move(request.dedupe);
    pending.write->plan_json = plan.json;
    answer_with(pending, {true, ErrorCode::conflict, "", run, run_name(kept.state)}, row,
                std::move(reply));
    submit(run, kept, Seq{0}, std::move(pending));
  }

  // Its creation and its first intents are one write.
  void claim_new(LiveRun& live, const Context& context, PendingWrite& pending) {
    Claim command{claim.epoch, parts.host, parts.pid, parts.who, parts.rung};
    Decision claimed = decide(live.state, command, context);
    if (claimed.more) go_on_later(live.state.id);
    pending.add(std::move(claimed));
  }

  // --- freezes

  void freeze(const FreezeRequest& request, CommandId row, OnReply done) {
    const TimePoint now = parts.clock->now().utc;
    if (auto refusal = freezes.against(request, now))
      return refuse(row, std::move(done), refusal_reply({}, "", std::move(*refusal)));
    state::Freeze order{request.runbook, request.by.who, request.by.say, now, request.until};
    const Reply answer{true, ErrorCode::conflict, "", {}, ""};
    state::CommandResult result = answer_row(row, answer);
    result.freeze = {request.runbook, {}};
    if (request.lifts) {
      order = *freezes.find(request.runbook, now);
    } else {
      freezes.hold(order);
      result.freeze->order = order;
    }
    parts.store->answer(std::move(result),
                        [this, order, lifts = request.lifts, answer, done](Committed committed) {
                          if (lifts && committed == Committed::committed) freezes.lift(order);
                          done(answer);
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
    if (const auto* order = std::get_if<FreezeRequest>(&request.value()))
      return freeze(*order, row.id, done);
    // Who resumes a run wants it driven, also where this engine has not driven it so far.
    if (std::holds_alternative<Continue>(std::get<Command>(request.value())) &&
        scope.kind != Scope::Kind::none)
      drive(*row.run);
    send(*row.run, std::get<Command>(std::move(request).value()), row.id, done);
  }

  Parts parts;
  Scope scope;
  state::Claimed claim;
  std::int64_t next_run = 1;
  RunLoader loader;
  Performer performer;
  std::map<RunId, LiveRun> runs;
  std::map<RunId, Loading> loading;
  std::set<RunId> unreadable;  // their journals do not fold here
  std::set<RunId> missed;      // to be driven, but the store was down
  std::deque<RunId> settled;   // candidates to leave the memory, oldest first
  WakeTimes wake_times;
  std::set<CommandId> taken;                      // rows being decided
  std::vector<std::pair<RunId, NodeIndex>> held;  // intents on disk that wait for the store
  LockTable locks;
  Freezes freezes;
  bool will_look_at_locks = false;
  std::optional<std::pair<TimePoint, RunId>> next_page;  // of the runs due then: after this one
  bool is_paging = false;                                // a page is being asked for
  std::size_t unclaimed = 0;
  std::size_t writes_under_way = 0;
  bool store_is_up = true;
  bool may_act = true;
  bool is_stopping = false;
  bool is_lost = false;
  bool is_taking = false;
  std::function<void(Result<void>)> ready;
  std::function<void(const Changed&)> changed;
  std::function<void()> timer_changed;
  std::function<void(std::string)> lost;
  std::function<void(std::string)> store_told;
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
  return inside_->performer.in_flight();
}
void Engine::stop() {
  inside_->stop();
}
void Engine::release(const std::string& why) {
  inside_->release(why);
}
void Engine::on_change(std::function<void(const Changed&)> changed) {
  inside_->changed = std::move(changed);
}
void Engine::on_timer(std::function<void()> changed) {
  inside_->timer_changed = std::move(changed);
}
void Engine::on_store(std::function<void(std::string)> changed) {
  inside_->store_told = std::move(changed);
}
void Engine::on_lost(std::function<void(std::string)> lost) {
  inside_->lost = std::move(lost);
}

}  // namespace rung::engine
