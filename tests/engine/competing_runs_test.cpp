#include "base/random.h"
#include "base/virtual_clock.h"
#include "engine/engine.h"
#include "scripting/lua_evaluator.h"
#include "state/memory_store.h"
#include "tests/engine/no_calendar.h"
#include "tests/engine/plan_builder.h"
#include "tests/engine/sim_world.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <iostream>
#include <memory>

namespace rung::engine::testing {
namespace {

using ::testing::IsEmpty;

constexpr int kStoreLane = 10;
constexpr int kEngineLane = 11;
constexpr int kLanesEnd = 12;
constexpr std::size_t kMaxMoves = 20'000;
constexpr std::int64_t kRuns = 8;

class NoLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::initializer_list<Field>) override {}
};
class NoSecrets final : public Secrets {
 public:
  Result<std::string> read(const std::string&, const runbooks::SecretSource&) override {
    return std::string();
  }
};

// Lets an effect begin, and says where its run did not hold all of its locks on disk.
class WatchingExecutor final : public Executor {
 public:
  WatchingExecutor(SimExecutor& world, state::Reader& reader, std::vector<std::string>& broken)
      : world_(world), reader_(reader), broken_(broken) {}

  void run(Attempt attempt, OnOutcome done) override {
    check(attempt.id);
    world_.run(std::move(attempt), std::move(done));
  }
  void recover(Attempt attempt, std::function<void(std::string)> adopted, OnOutcome done) override {
    check(attempt.id);
    world_.recover(std::move(attempt), std::move(adopted), std::move(done));
  }
  void probe(Attempt attempt, const runbooks::ActionUse* use, Value::Map with,
             OnProbed done) override {
    world_.probe(std::move(attempt), use, std::move(with), std::move(done));
  }
  void look(Attempt attempt, OnProbed done) override {
    world_.look(std::move(attempt), std::move(done));
  }
  void cancel(const AttemptId& id, CancelHow how) override { world_.cancel(id, how); }
  void forget(const AttemptId& id) override { world_.forget(id); }

 private:
  // Those of the run, and those of each group around that has some: their names begin with `g`.
  void check(const AttemptId& id) {
    expect_held(id.run, "");
    for (std::size_t slash = id.address.find('/'); slash != std::string::npos;
         slash = id.address.find('/', slash + 1)) {
      const std::string group = id.address.substr(0, slash);
      const std::size_t name = group.rfind('/') == std::string::npos ? 0 : group.rfind('/') + 1;
      if (group[name] == 'g') expect_held(id.run, group);
    }
  }

  void expect_held(RunId run, const std::string& step) {
    const auto rows = reader_.locks();
    const auto is_its = [&](const state::LockRow& row) {
      return row.run == run && row.step == step;
    };
    const auto is_waiting = [&](const state::LockRow& row) { return is_its(row) && !row.taken_at; };
    if (std::none_of(rows.value().begin(), rows.value().end(), is_its) ||
        std::any_of(rows.value().begin(), rows.value().end(), is_waiting))
      broken_.push_back("run " + std::to_string(run.number) + " acts without the locks of " + step);
  }

  SimExecutor& world_;
  state::Reader& reader_;
  std::vector<std::string>& broken_;
};

// Several runs that want overlapping locks, on one engine that crashes again and again.
class Competition {
 public:
  enum class Of : std::uint8_t { runs, groups };
  Competition(std::uint64_t seed, scripting::Evaluator& evaluator, Of of)
      : of_(of),
        random_(seed),
        scheduler_(random_),
        world_(random_, scheduler_, calm()),
        evaluator_(evaluator),
        disk_(state::make_memory_disk(SeededRandom(seed).uuid())),
        reader_(state::open_memory_reader(disk_)) {}

  std::vector<std::string> run_to_end() {
    boot();
    for (moves_ = 0; moves_ < kMaxMoves && !all_are_over(); ++moves_) {
      if (world_.roll(20) && crashes_ < 10) crash();
      if (is_open_ && started_ < kRuns && world_.roll(100)) start();
      if (world_.roll(3)) cancel_one();
      if (!scheduler_.run_one()) pass_time();
      look_for_conflicts();
      if (!broken_.empty()) return broken_;
    }
    if (!all_are_over()) broken_.push_back("not all runs end");
    if (!reader_->locks().value().empty()) broken_.push_back("a lock is left");
    return broken_;
  }
  std::size_t crashes() const { return crashes_; }
  std::size_t waits() const { return waits_; }

 private:
  static SimWorld::Odds calm() {
    SimWorld::Odds odds;
    odds.not_done = odds.failed = odds.lost_before = odds.lost_after = odds.supervisor_dies = 0;
    return odds;
  }

  void boot() {
    store_ = state::open_memory_store(
        disk_, [this](std::function<void()> task) { scheduler_.post(kStoreLane, std::move(task)); },
        {.answer = nullptr, .reach = [this](const state::RunWrite&) {
           return random_.next() % 2 == 0 ? state::Reach::at_submit : state::Reach::at_completion;
         }});
    executor_ = std::make_unique<SimExecutor>(world_, scheduler_, kEngineLane);
    watching_ = std::make_unique<WatchingExecutor>(*executor_, *reader_, broken_);
    Parts parts;
    parts.store = store_.get();
    parts.executor = watching_.get();
    parts.facts = executor_.get();
    parts.calendar = &calendar_;
    parts.clock = &clock_;
    parts.random = &random_;
    parts.evaluator = &evaluator_;
    parts.secrets = &secrets_;
    parts.log = &log_;
    parts.post = [this](std::function<void()> task) {
      scheduler_.post(kEngineLane, std::move(task));
    };
    parts.host = {"machine", "boot", "ns", "sim"};
    engine_ = std::make_unique<Engine>(std::move(parts), Scope{});
    engine_->open([this](Result<void> opened) { is_open_ = opened.has_value(); });
  }

  void crash() {
    crashes_ += 1;
    engine_.reset();
    watching_.reset();
    executor_.reset();
    store_.reset();
    world_.engine_died();
    scheduler_.drop(kStoreLane, kLanesEnd);
    is_open_ = false;
    boot();
  }

  void start() {
    static constexpr const char* kNames[] = {"a", "b", "c"};
    PlanBuilder builder;
    if (of_ == Of::groups) add_groups(builder);
    builder.step(effect("one", EffectClass::idempotent))
        .step(effect("two", EffectClass::idempotent))
        .finally(effect("tidy", EffectClass::idempotent));
    for (const char* name : kNames) {
      if (world_.roll(600)) builder->locks.push_back({Template{Value(name)}, world_.roll(500)});
    }
    if (builder->locks.empty()) builder->locks.push_back({Template{Value("a")}, false});
    StartRequest request;
    request.plan = std::make_shared<const runbooks::Plan>(builder.plan());
    request.mode = "planned";
    request.by = {"li", {}, ""};
    request.dedupe = "run" + std::to_string(started_);
    started_ += 1;
    engine_->start(std::move(request), [](const Reply&) {});
  }

  static StepBuilder done(const std::string& id) {
    return effect(id, EffectClass::idempotent).undo();
  }
  // Exclusive or shared, of names that come after those of what is around.
  StepBuilder locked(StepBuilder step, std::vector<std::string> names) {
    for (const std::string& name : names) {
      if (step->locks.empty() || world_.roll(400))
        step->locks.push_back({Template{Value(name)}, world_.roll(300)});
    }
    return step;
  }
  // Beside each other, one in the other, with a `finally`, one after the other.
  void add_groups(PlanBuilder& builder) {
    auto inner = locked(group("g2", {done("b"), done("c")}), {"f", "g"});
    if (world_.roll(500)) inner.finally({effect("f2", EffectClass::idempotent)});
    auto outer = locked(group("g1", {done("a"), std::move(inner)}), {"d", "e"});
    if (world_.roll(300)) outer.finally({effect("f1", EffectClass::idempotent)});
    auto beside = locked(group("g3", {done("d")}), {"d", "f"});
    builder.step(parallel("p", {std::move(outer), std::move(beside)}));
    if (world_.roll(100)) builder.step(fail("stop", "enough"));
    builder.step(locked(group("g4", {done("e"), done("f")}), {"e", "g"}));
  }

  void cancel_one() {
    const auto runs = reader_->runs({.unfinished_only = true});
    if (runs.value().empty()) return;
    const RunId run = runs.value()[random_.next() % runs.value().size()].run;
    const By by{"ana", {}, ""};
    if (of_ == Of::groups && world_.roll(600))
      engine_->send(run, Undo{by}, [](const Reply&) {});
    else
      engine_->send(run, Cancel{CancelRunning::drain, by}, [](const Reply&) {});
  }

  void pass_time() {
    clock_.pass(std::chrono::seconds(1));
    engine_->tick();
  }

  bool all_are_over() {
    return started_ == kRuns && scheduler_.is_idle() &&
           reader_->runs({.unfinished_only = true}).value().empty();
  }

  void look_for_conflicts() {
    const std::vector<state::LockRow> rows = reader_->locks().value();
    for (std::size_t i = 1; i < rows.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) look_at(rows[j], rows[i]);
    }
  }

  // `first` asked before `second`: both are of one name, or it is no matter.
  void look_at(const state::LockRow& first, const state::LockRow& second) {
    if (first.name != second.name || (first.is_shared && second.is_shared)) return;
    if (!second.taken_at) waits_ += 1;
    if (first.taken_at && second.taken_at)
      broken_.push_back(first.name + " is held by run " + std::to_string(first.run.number) +
                        " and by run " + std::to_string(second.run.number));
    if (of_ == Of::runs && !first.taken_at && second.taken_at)
      broken_.push_back("run " + std::to_string(second.run.number) + " passed run " +
                        std::to_string(first.run.number));
  }

  Of of_;
  SeededRandom random_;
  SimScheduler scheduler_;
  SimWorld world_;
  VirtualClock clock_;
  NoCalendar calendar_;
  NoSecrets secrets_;
  NoLog log_;
  scripting::Evaluator& evaluator_;
  std::shared_ptr<state::MemoryDisk> disk_;
  std::unique_ptr<state::Reader> reader_;
  std::unique_ptr<state::MemoryStore> store_;
  std::unique_ptr<SimExecutor> executor_;
  std::unique_ptr<WatchingExecutor> watching_;
  std::unique_ptr<Engine> engine_;
  std::vector<std::string> broken_;
  std::int64_t started_ = 0;
  std::size_t moves_ = 0;
  std::size_t crashes_ = 0;
  std::size_t waits_ = 0;
  bool is_open_ = false;
};

void compete(Competition::Of of, std::uint64_t seeds) {
  const auto evaluator = scripting::make_lua_evaluator();
  std::size_t crashes = 0;
  std::size_t waits = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Competition competition(seed, *evaluator, of);
    ASSERT_THAT(competition.run_to_end(), IsEmpty()) << "seed " << seed;
    crashes += competition.crashes();
    waits += competition.waits();
  }
  EXPECT_GT(crashes, seeds);
  EXPECT_GT(waits, seeds);
  std::cout << seeds << " seeds, " << kRuns << " runs each, " << crashes << " crashes\n";
}

TEST(CompetingRuns, NeverHoldALockTogetherNorPassEachOtherAndAllEnd) {
  compete(Competition::Of::runs, 300);
}

TEST(CompetingRuns, OfWhichGroupsTakeLocksWhileTheyHoldSomeAllEnd) {
  compete(Competition::Of::groups, 300);
}

}  // namespace
}  // namespace rung::engine::testing
