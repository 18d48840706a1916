#include "state/memory_store.h"

#include "base/ensure.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <tuple>

namespace rung::state {

namespace {

struct StoredRun {
  RunSummary summary;
  std::vector<Recorded> events;
  std::vector<LockRow> locks;
};
struct StoredCommand {
  Command command;
  std::optional<CommandResult> result;
};
constexpr std::size_t kInboxLimit = 1000;

}  // namespace

struct MemoryDisk {
  StoreId id;
  std::int64_t epoch = 0;
  std::int64_t changes = 0;
  std::map<RunId, StoredRun> runs;
  std::map<std::string, std::string> plans;
  std::set<std::string> dedupe;
  std::vector<StoredCommand> commands;
  std::map<std::string, Freeze> freezes;

  StoredCommand* command(const CommandId& command_id) {
    const auto found =
        std::find_if(commands.begin(), commands.end(),
                     [&](const StoredCommand& row) { return row.command.id == command_id; });
    return found == commands.end() ? nullptr : &*found;
  }
  bool is_undecided_or_unknown(const CommandResult& result) {
    const StoredCommand* row = command(result.id);
    return row == nullptr || !row->result;
  }
  void decide(const std::vector<CommandResult>& results) {
    for (const CommandResult& result : results) {
      if (StoredCommand* row = command(result.id)) row->result = result;
    }
  }
};

std::shared_ptr<MemoryDisk> make_memory_disk(StoreId id) {
  auto disk = std::make_shared<MemoryDisk>();
  disk->id = id;
  return disk;
}

std::size_t event_count(const MemoryDisk& disk) {
  std::size_t count = 0;
  for (const auto& [id, run] : disk.runs) count += run.events.size();
  return count;
}

std::vector<Recorded>& journal_on(MemoryDisk& disk, RunId run) {
  return disk.runs[run].events;
}

void put_run(MemoryDisk& disk, const RunSummary& summary, std::string plan_json,
             std::vector<Recorded> journal) {
  disk.plans.insert_or_assign(to_hex(sha256({plan_json})), std::move(plan_json));
  disk.runs.insert_or_assign(summary.run, StoredRun{summary, std::move(journal), {}});
  ++disk.changes;
}

void delete_run(MemoryDisk& disk, RunId run) {
  const auto found = disk.runs.find(run);
  if (found == disk.runs.end()) return;
  const std::string plan = found->second.summary.plan;
  disk.runs.erase(found);
  const auto is_of_it = [&](const auto& other) { return other.second.summary.plan == plan; };
  if (std::none_of(disk.runs.begin(), disk.runs.end(), is_of_it)) disk.plans.erase(plan);
  ++disk.changes;
}

namespace {

Error no_such_run(RunId run) {
  return {ErrorCode::not_found, "there is no run " + std::to_string(run.number) +
                                    " in this store: `rung ls` shows what there is"};
}

Committed check(MemoryDisk& disk, const RunWrite& write) {
  if (write.epoch.number != disk.epoch) return Committed::fenced;
  const auto run = disk.runs.find(write.run);
  const std::size_t length = run == disk.runs.end() ? 0 : run->second.events.size();
  if (static_cast<std::int64_t>(length) != write.expected.number) return Committed::conflict;
  if (run == disk.runs.end() && !write.summary) return Committed::conflict;
  if (!write.dedupe.empty() && disk.dedupe.contains(write.dedupe)) return Committed::conflict;
  const bool are_open = std::all_of(
      write.consumed.begin(), write.consumed.end(),
      [&](const CommandResult& result) { return disk.is_undecided_or_unknown(result); });
  return are_open ? Committed::committed : Committed::conflict;
}

Committed apply(MemoryDisk& disk, const RunWrite& write, std::vector<EncodedEvent>& events) {
  if (const Committed answer = check(disk, write); answer != Committed::committed) return answer;
  StoredRun& run = disk.runs[write.run];
  if (write.summary) run.summary = *write.summary;
  for (const Event& event : write.events) follow(run.locks, write.run, event);
  Sha256 last = run.events.empty() ? Sha256{} : run.events.back().hash;
  for (EncodedEvent& event : events) {
    last = chain(last, event);
    run.events.push_back({std::move(event), last});
  }
  if (write.plan_json != nullptr) {
    disk.plans.emplace(to_hex(sha256({*write.plan_json})), *write.plan_json);
  }
  if (!write.dedupe.empty()) disk.dedupe.insert(write.dedupe);
  disk.decide(write.consumed);
  ++disk.changes;
  return Committed::committed;
}

bool is_due(const RunSummary& run, TimePoint now) {
  if (is_terminal(run.status)) return false;
  const bool acts = run.status == RunStatus::running || run.status == RunStatus::undoing ||
                    run.status == RunStatus::queued;
  return acts || (run.wake_at && *run.wake_at <= now);
}

Result<Journal> journal_of(const MemoryDisk& disk, RunId id) {
  const auto run = disk.runs.find(id);
  if (run == disk.runs.end()) return no_such_run(id);
  TRY(auto events, decode_journal(id, run->second.events));
  return Journal{run->second.summary, std::move(events)};
}

std::vector<LockRow> locks_on(const MemoryDisk& disk) {
  std::vector<LockRow> locks;
  for (const auto& [id, run] : disk.runs)
    locks.insert(locks.end(), run.locks.begin(), run.locks.end());
  return locks;
}

std::vector<Freeze> freezes_on(const MemoryDisk& disk) {
  std::vector<Freeze> freezes;
  for (const auto& [runbook, freeze] : disk.freezes) freezes.push_back(freeze);
  return freezes;
}

void change(MemoryDisk& disk, const FreezeChange& freeze) {
  disk.freezes.erase(freeze.runbook);
  if (freeze.order) disk.freezes.emplace(freeze.runbook, *freeze.order);
}

Result<std::string> plan_of(const MemoryDisk& disk, const std::string& hash) {
  const auto plan = disk.plans.find(hash);
  if (plan != disk.plans.end()) return plan->second;
  return Error{ErrorCode::not_found, "the plan " + hash + " is not in the store"};
}

// The requests on their way to the disk, in the order in which they were made: like a tape, what
// comes later is written only after all that came before.
class Tape {
 public:
  using Write = std::function<Committed()>;

  std::size_t add(Write write) {
    waiting_.push_back(std::move(write));
    return first_ + waiting_.size() - 1;
  }
  void write_through(std::size_t number) {
    while (first_ <= number && !waiting_.empty()) {
      written_.emplace(first_++, waiting_.front()());
      waiting_.pop_front();
    }
  }
  std::size_t last() const { return first_ + waiting_.size(); }
  Committed take_answer(std::size_t number) {
    const auto answer = written_.extract(number);
    ENSURE(!answer.empty(), "a write is on the tape before its completion");
    return answer.mapped();
  }

 private:
  std::size_t first_ = 0;
  std::deque<Write> waiting_;
  std::map<std::size_t, Committed> written_;
};

// What ends with the engine.
struct Life {
  std::shared_ptr<MemoryDisk> disk;
  Tape tape;
  StoreState state = StoreState::up;
  std::string reason;
  std::function<void(StoreState, std::string)> changed;

  bool is_open() const { return state == StoreState::up || state == StoreState::low_space; }
};

class MemoryStoreImpl final : public MemoryStore {
 public:
  MemoryStoreImpl(std::shared_ptr<MemoryDisk> disk, Post post, MemoryFaults faults)
      : post_(std::move(post)), faults_(std::move(faults)), life_(std::make_shared<Life>()) {
    life_->disk = std::move(disk);
  }

  void claim(std::function<void(Result<Claimed>)> done) override {
    ask<Claimed>(std::move(done), [](MemoryDisk& disk) -> Result<Claimed> {
      const std::int64_t last = disk.runs.empty() ? 0 : disk.runs.rbegin()->first.number;
      return Claimed{Epoch{++disk.epoch}, disk.id, last + 1, locks_on(disk), freezes_on(disk)};
    });
  }

  void submit(std::shared_ptr<const RunWrite> write, Completion done) override {
    if (faults_.answer) {
      if (const Committed answer = faults_.answer(*write); answer != Committed::committed) {
        return put([answer] { return answer; }, std::move(done));
      }
    }
    const Reach reach = faults_.reach ? faults_.reach(*write) : Reach::at_completion;
    std::vector<EncodedEvent> events;
    for (const Event& event : write->events) events.push_back(encode(event));
    MemoryDisk& disk = *life_->disk;
    put([&disk, write = std::move(write),
         events = std::move(events)]() mutable { return apply(disk, *write, events); },
        std::move(done));
    if (reach == Reach::at_submit && life_->is_open())
      life_->tape.write_through(life_->tape.last());
  }

  void load(RunId run, std::function<void(Result<Journal>)> done) override {
    ask<Journal>(std::move(done), [run](MemoryDisk& disk) { return journal_of(disk, run); });
  }

  void load_plan(std::string hash, std::function<void(Result<std::string>)> done) override {
    ask<std::string>(std::move(done),
                     [hash = std::move(hash)](MemoryDisk& disk) { return plan_of(disk, hash); });
  }

  void due(TimePoint now, RunId after, std::size_t limit,
           std::function<void(Result<std::vector<RunSummary>>)> done) override {
    ask<std::vector<RunSummary>>(std::move(done), [now, after, limit](MemoryDisk& disk) {
      std::vector<RunSummary> runs;
      const auto& all = disk.runs;
      for (auto run = all.upper_bound(after); run != all.end() && runs.size() < limit; ++run) {
        if (is_due(run->second.summary, now)) runs.push_back(run->second.summary);
      }
      return Result<std::vector<RunSummary>>{std::move(runs)};
    });
  }

  void next_wake(std::function<void(Result<std::optional<TimePoint>>)> done) override {
    ask<std::optional<TimePoint>>(std::move(done), [](MemoryDisk& disk) {
      std::optional<TimePoint> next;
      for (const auto& [id, run] : disk.runs) {
        const auto& wake_at = run.summary.wake_at;
        if (is_terminal(run.summary.status) || !wake_at) continue;
        next = next ? std::min(*next, *wake_at) : *wake_at;
      }
      return Result<std::optional<TimePoint>>{next};
    });
  }

  void pending_commands(std::size_t limit,
                        std::function<void(Result<std::vector<Command>>)> done) override {
    ask<std::vector<Command>>(std::move(done), [limit](MemoryDisk& disk) {
      std::vector<Command> pending;
      for (const StoredCommand& row : disk.commands) {
        if (pending.size() < limit && !row.result) pending.push_back(row.command);
      }
      return Result<std::vector<Command>>{std::move(pending)};
    });
  }

  void answer(CommandResult result, Completion done) override {
    MemoryDisk& disk = *life_->disk;
    put(
        [&disk, result = std::move(result)] {
          if (!disk.is_undecided_or_unknown(result)) return Committed::conflict;
          disk.decide({result});
          if (result.freeze) change(disk, *result.freeze);
          ++disk.changes;
          return Committed::committed;
        },
        std::move(done));
  }

  void on_state(std::function<void(StoreState, std::string)> changed) override {
    life_->changed = std::move(changed);
  }

  void enter(StoreState state, std::string reason) override {
    life_->state = state;
    life_->reason = reason;
    post([state, reason = std::move(reason)](Life& life) {
      if (life.changed) life.changed(state, reason);
    });
  }

 private:
  // Runs `task` later, unless the engine died by then.
  void post(std::function<void(Life&)> task) {
    post_([life = std::weak_ptr<Life>(life_), task = std::move(task)] {
      if (const std::shared_ptr<Life> alive = life.lock()) task(*alive);
    });
  }

  void put(Tape::Write write, Completion done) {
    const std::size_t number =
        life_->tape.add(life_->is_open() ? std::move(write) : [] { return Committed::store_down; });
    post([number, done = std::move(done)](Life& life) {
      life.tape.write_through(number);
      done(life.tape.take_answer(number));
    });
  }

  template <class T>
  void ask(std::function<void(Result<T>)> done, std::function<Result<T>(MemoryDisk&)> look) {
    const std::size_t before = life_->tape.last();
    post([before, done = std::move(done), look = std::move(look)](Life& life) {
      if (!life.is_open()) return done(Error{ErrorCode::unavailable, life.reason});
      if (before > 0) life.tape.write_through(before - 1);
      done(look(*life.disk));
    });
  }

  const Post post_;
  const MemoryFaults faults_;
  std::shared_ptr<Life> life_;
};

class MemoryReader final : public Reader {
 public:
  explicit MemoryReader(std::shared_ptr<MemoryDisk> disk) : disk_(std::move(disk)) {}

  Result<std::vector<RunSummary>> runs(const RunFilter& filter) override {
    std::vector<RunSummary> found;
    for (auto run = disk_->runs.rbegin(); run != disk_->runs.rend(); ++run) {
      const RunSummary& summary = run->second.summary;
      if (filter.unfinished_only && is_terminal(summary.status)) continue;
      if (!filter.runbook.empty() && summary.runbook != filter.runbook) continue;
      if (filter.before && summary.run >= *filter.before) continue;
      if (found.size() < filter.limit) found.push_back(summary);
    }
    return found;
  }

  Result<RunSummary> run(RunId id) override {
    const auto run = disk_->runs.find(id);
    if (run == disk_->runs.end()) return no_such_run(id);
    return run->second.summary;
  }

  Result<std::vector<Positioned>> events(RunId id, Seq after, std::size_t limit) override {
    const auto run = disk_->runs.find(id);
    if (run == disk_->runs.end()) return no_such_run(id);
    std::vector<Positioned> found;
    const auto& events = run->second.events;
    for (auto i = static_cast<std::size_t>(after.number); i < events.size() && found.size() < limit;
         ++i) {
      TRY(auto event, decode(events[i].event));
      found.push_back({Seq{static_cast<std::int64_t>(i) + 1}, std::move(event)});
    }
    return found;
  }

  Result<std::string> plan(const std::string& hash) override { return plan_of(*disk_, hash); }
  Result<StoreId> store_id() override { return disk_->id; }

  Result<std::vector<LockRow>> locks() override {
    std::vector<LockRow> locks = locks_on(*disk_);
    std::stable_sort(locks.begin(), locks.end(), [](const LockRow& a, const LockRow& b) {
      return std::tie(a.name, a.run, a.step) < std::tie(b.name, b.run, b.step);
    });
    return locks;
  }

  Result<std::vector<Freeze>> freezes() override { return freezes_on(*disk_); }

  Result<std::optional<RunClaimed>> last_claim(RunId id) override {
    TRY(const Journal journal, journal_of(*disk_, id));
    for (auto event = journal.events.rbegin(); event != journal.events.rend(); ++event) {
      if (const auto* claim = std::get_if<RunClaimed>(&event->payload))
        return std::optional(*claim);
    }
    return std::optional<RunClaimed>{};
  }

  Result<void> send(const Command& command) override {
    const auto undecided = std::count_if(disk_->commands.begin(), disk_->commands.end(),
                                         [](const StoredCommand& row) { return !row.result; });
    if (static_cast<std::size_t>(undecided) >= kInboxLimit) {
      return Error{ErrorCode::exhausted,
                   "1,000 commands wait for a decision: is an engine running?"};
    }
    disk_->commands.push_back({command, std::nullopt});
    ++disk_->changes;
    return success();
  }

  Result<std::optional<CommandResult>> result(const CommandId& id) override {
    const StoredCommand* row = disk_->command(id);
    if (row == nullptr) return Error{ErrorCode::not_found, "there is no such command"};
    return row->result;
  }

  Result<std::int64_t> data_version() override { return disk_->changes; }

 private:
  std::shared_ptr<MemoryDisk> disk_;
};

}  // namespace

std::unique_ptr<MemoryStore> open_memory_store(std::shared_ptr<MemoryDisk> disk, Post post,
                                               MemoryFaults faults) {
  return std::make_unique<MemoryStoreImpl>(std::move(disk), std::move(post), std::move(faults));
}

std::unique_ptr<Reader> open_memory_reader(std::shared_ptr<MemoryDisk> disk) {
  return std::make_unique<MemoryReader>(std::move(disk));
}

}  // namespace rung::state
