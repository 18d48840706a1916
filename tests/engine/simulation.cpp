#include "tests/engine/simulation.h"

#include "engine/core/needed_outputs.h"
#include "engine/core/resolve.h"
#include "engine/core/state.h"

#include <algorithm>

namespace rung::engine::testing {
namespace {

constexpr int kStoreLane = 10;   // completions: in order
constexpr int kEngineLane = 11;  // what the engine posts to itself
constexpr int kLanesEnd = 12;
constexpr std::size_t kMaxMoves = 20'000;

class StrictLog final : public Log {
 public:
  void write(LogLevel level, std::string_view message,
             std::initializer_list<Field> fields) override {
    if (level != LogLevel::error) return;
    std::string line(message);
    for (const Field& field : fields) line += " " + std::string(field.first) + "=" + field.second;
    errors.push_back(std::move(line));
  }
  std::vector<std::string> errors;
};

class SimCalendar final : public Calendar {
 public:
  rung::Result<TimePoint> next(std::string_view, std::string_view, TimePoint now) const override {
    return now + std::chrono::hours(1);
  }
  rung::Result<LocalTime> local(std::string_view, TimePoint) const override {
    return LocalTime{"2026-11-21 12:00:00", 5};
  }
};

class NoSecrets final : public Secrets {
 public:
  rung::Result<std::string> read(const std::string& name, const runbooks::SecretSource&) override {
    return "content of " + name;
  }
};

}  // namespace

struct Simulation::Inside {
  Inside(runbooks::Plan p, Options o, scripting::Evaluator& e)
      : plan(std::make_shared<const runbooks::Plan>(std::move(p))),
        graph(*plan),
        options(o),
        evaluator(e),
        random(o.seed),
        scheduler(random),
        world(random, scheduler, o.odds),
        disk(o.disk ? o.disk : state::make_memory_disk(SeededRandom(o.seed).uuid())) {}

  // --- one engine's life

  void boot() {
    lives += 1;
    store = state::open_memory_store(
        disk, [this](std::function<void()> task) { scheduler.post(kStoreLane, std::move(task)); },
        faults());
    executor = std::make_unique<SimExecutor>(world, scheduler, kEngineLane);
    Parts parts;
    parts.store = store.get();
    parts.executor = executor.get();
    parts.facts = executor.get();
    parts.calendar = &calendar;
    parts.clock = &clock;
    parts.random = &random;
    parts.evaluator = &evaluator;
    parts.secrets = &secrets;
    parts.log = &log;
    parts.post = [this](std::function<void()> task) {
      scheduler.post(kEngineLane, std::move(task));
    };
    parts.host = {"machine", "boot" + std::to_string(boots), "ns", "sim"};
    parts.pid = static_cast<std::int64_t>(lives);
    parts.who = "sim";
    parts.rung = "test";
    engine = std::make_unique<Engine>(std::move(parts), Scope{});
    engine->open([this](rung::Result<void> opened) { opened_well = opened.has_value(); });
  }

  state::MemoryFaults faults() {
    state::MemoryFaults f;
    f.reach = [this](const state::RunWrite&) {
      return random.next() % 2 == 0 ? state::Reach::at_submit : state::Reach::at_completion;
    };
    return f;
  }

  void crash() {
    result.crashes += 1;
    engine.reset();
    executor.reset();
    store.reset();
    world.engine_died();
    scheduler.drop(kStoreLane, kLanesEnd);
    opened_well = false;
    if (random.next() % 8 == 0) {
      boots += 1;
      clock.reboot();
    }
    clock.pass(std::chrono::milliseconds(random.next() % 5000));
    boot();
  }

  // The engine stops, and the process may end before the last word of it is on disk.
  void stop_in_order() {
    engine->stop();
    engine->release("simulated");
    for (std::uint64_t moves = random.next() % 8; moves > 0; --moves) scheduler.run_one();
  }

  bool crashes_now() {
    if (options.crash_at_move) return *options.crash_at_move == result.moves;
    return !options.calm && world.roll(options.crash) && result.crashes < 12;
  }

  // --- the operator

  std::optional<RunState> on_disk() {
    const auto reader = state::open_memory_reader(disk);
    const auto events = reader->events(RunId{1}, Seq{0}, 1'000'000);
    if (!events || events.value().empty()) return std::nullopt;
    std::vector<state::Event> all;
    for (const auto& positioned : events.value()) all.push_back(positioned.event);
    auto folded = fold(graph, RunId{1}, all);
    if (!folded) {
      result.broken.push_back("the journal does not fold: " + folded.error().message());
      return std::nullopt;
    }
    result.events = std::move(all);
    return std::move(folded).value();
  }

  void send(Command command) {
    engine->send(RunId{1}, std::move(command), [](const Reply&) {});
  }

  bool is_participant(const RunState& run, NodeIndex i) const {
    return StepTree(graph, run.loops).step(i).kind == StepKind::participant;
  }
  Command settled(const std::string& address) const {
    const auto as = world.has_happened(address) ? ResolveAs::committed : ResolveAs::rolled_back;
    return Resolve{address, as, {}, by("truth")};
  }

  // Answers the truth: what the world has seen.
  void resolve(const RunState& run) {
    const bool can_undo = run.phase == RunPhase::steps && !run.ending && !run.no_return;
    if (can_undo && world.roll(150)) return send(Undo{by("ana")});
    for (const NodeIndex i : run.active) {
      if (run.at(i).status != StepStatus::in_doubt) continue;
      const std::string address = StepTree(graph, run.loops).address(i);
      const bool happened = world.has_happened(address);
      if (is_participant(run, i)) return send(settled(address));
      if (!happened) return send(Resolve{address, ResolveAs::not_done, {}, by("truth")});
      return send(Resolve{address, ResolveAs::done, told_outputs(run, i), by("truth")});
    }
  }

  Value::Map told_outputs(const RunState& run, NodeIndex i) const {
    Value::Map outputs;
    for (const NeededOutput& output : needed_outputs(graph, run, i))
      outputs.emplace(output.name, Value("1"));
    return outputs;
  }

  void answer_people(const RunState& run) {
    const StepTree tree(graph, run.loops);
    for (const NodeIndex i : run.active) {
      const runbooks::Step& step = tree.step(i);
      const std::string address = tree.address(i);
      const bool is_told = is_participant(run, i) && run.at(i).status == StepStatus::backing_off;
      if (is_told && world.roll(100)) return send(settled(address));  // its site is gone
      if (run.at(i).status != StepStatus::running) continue;
      if (step.kind == StepKind::approve && world.roll(700))
        return send(Vote{address, world.roll(800), by(world.roll(500) ? "ana" : "mira")});
      if (step.kind != StepKind::approve && world.roll(100))
        return send(SkipStep{address, told_outputs(run, i), by("ana")});
      if (step.kind == StepKind::decide)
        return send(PickOption{address, world.roll(500) ? "left" : "right", by("ana")});
      if (step.kind == StepKind::manual) return send(FinishManual{address, {}, by("ana")});
      if (step.kind == StepKind::wait && !step.wait.signal.empty())
        return send(SendSignal{step.wait.signal, Value(1), by("ana")});
    }
    pass_time();
  }

  // Now and then by another input; each attempt from then on must have it.
  RetryStep retry(const RunState& run, const std::string& address) {
    RetryStep command{address, by("ana")};
    const StepTree tree(graph, run.loops);
    if (tree.step(*tree.find(address)).kind == StepKind::action && world.roll(400))
      command.with = {{"note", Value(std::to_string(corrections++))}};
    return command;
  }

  void answer_failure(const RunState& run) {
    if (!run.failed_by) return send(Continue{by("ana")});
    const std::string address = StepTree(graph, run.loops).address(*run.failed_by);
    switch (random.next() % 5) {
      case 0: return send(SkipStep{address, told_outputs(run, *run.failed_by), by("ana")});
      case 1: return send(Cancel{CancelRunning::drain, by("ana")});
      case 2:
        return run.no_return ? send(Cancel{CancelRunning::kill, by("ana")}) : send(Undo{by("ana")});
      default: return send(retry(run, address));
    }
  }

  void operate() {
    const auto run = on_disk();
    if (!run) return start();  // for the first time, or its creation was lost with the engine
    switch (status_of(*run)) {
      case state::RunStatus::in_doubt: return resolve(*run);
      case state::RunStatus::paused:
        return run->failed_by || !run->active.empty() ? answer_failure(*run)
                                                      : send(Continue{by("ana")});
      case state::RunStatus::stuck:
        return send(world.roll(800) ? Command(retry(*run, run->stuck_at))
                                    : Command(SkipStep{run->stuck_at, {}, by("ana")}));
      case state::RunStatus::waiting: return answer_people(*run);
      case state::RunStatus::queued:
      case state::RunStatus::running:
      case state::RunStatus::undoing: return pass_time();
      case state::RunStatus::succeeded:
      case state::RunStatus::failed:
      case state::RunStatus::undone:
      case state::RunStatus::cancelled: has_ended = true;
    }
  }

  static By by(std::string who) { return {std::move(who), {}, "because"}; }

  void start() {
    StartRequest request;
    request.plan = plan;
    request.mode = "planned";
    request.by = by("li");
    engine->start(std::move(request), [](const Reply&) {});
  }

  void pass_time() {
    const auto due = engine->next_due();
    if (due)
      clock.pass(std::max(due->boot - clock.now().boot, Duration::zero()) +
                 std::chrono::milliseconds(1));
    else
      clock.pass(std::chrono::seconds(1));
    engine->tick();
  }

  void correct_a_delayed_step() {
    const auto run = on_disk();
    if (!run) return;
    for (const NodeIndex i : run->active) {
      if (run->at(i).status == StepStatus::backing_off)
        return send(retry(*run, StepTree(graph, run->loops).address(i)));
    }
  }

  void meddle() {
    if (options.calm || options.crash_at_move) return;
    if (world.roll(options.store_fails)) {
      const bool is_down = random.next() % 2 == 0;
      store->enter(is_down ? state::StoreState::down : state::StoreState::up, "simulated");
      store_is_down = is_down;
    }
    if (world.roll(3) && on_disk())
      send(world.roll(500) ? Command(Pause{by("ana")}) : Command(Note{"hm", by("ana")}));
    if (world.roll(20)) correct_a_delayed_step();
    if (world.roll(3) && on_disk()) send(TakeCommand{by(world.roll(500) ? "ana" : "mira")});
    if (world.roll(2))
      clock.step_utc(std::chrono::seconds(random.next() % 100) - std::chrono::seconds(50));
  }

  Result run() {
    boot();
    while (!has_ended && result.moves < kMaxMoves) {
      result.moves += 1;
      if (crashes_now()) {
        if (!options.crash_at_move && world.roll(300)) stop_in_order();
        crash();
      }
      meddle();
      if (scheduler.run_one()) continue;
      if (store_is_down) {
        store->enter(state::StoreState::up, "");
        store_is_down = false;
        continue;
      }
      if (!opened_well) {  // the store failed while it was opened: such a process ends
        crash();
        continue;
      }
      operate();
    }
    judge();
    return result;
  }

  // --- the invariants

  void judge() {
    const auto run = on_disk();
    result.has_ended = run && run->phase == RunPhase::finished;
    if (!result.has_ended)
      result.broken.push_back("the run does not end: " +
                              (run ? std::string(state::name_of(status_of(*run))) : "no journal"));
    for (const std::string& line : log.errors) result.broken.push_back("error log: " + line);
    if (!run) return;
    result.status = status_of(*run);
    for (std::uint32_t n = 0; n < run->steps.size() && !options.disk; ++n) judge_step(*run, {n});
    judge_row(*run);
    judge_corrections();
  }

  // Each attempt was made with what its step was corrected to before, and with nothing else. (The
  // intent of a read may be lost after it was made.)
  void judge_corrections() {
    std::map<std::string, Value> notes;
    for (const state::Event& event : result.events) {
      if (const auto* corrected = std::get_if<state::StepCorrected>(&event.payload))
        notes[event.step] = corrected->with.at("note");
      const auto* started = std::get_if<state::StepStarted>(&event.payload);
      if (started == nullptr || started->effect_class == EffectClass::read) continue;
      const auto seen =
          world.notes().find({RunId{1}, event.step, started->generation, started->attempt});
      if (seen != world.notes().end() && !(seen->second == notes[event.step]))
        result.broken.push_back(event.step + " was made with " + to_text(seen->second) + ", not " +
                                to_text(notes[event.step]));
    }
  }

  void judge_step(const RunState& run, NodeIndex i) {
    const StepTree tree(graph, run.loops);
    const runbooks::Step& step = tree.step(i);
    const std::string address = tree.address(i);
    if (step.kind == StepKind::participant) return judge_participant(run, i);
    if (step.kind != StepKind::action) return;
    const StepState& state = run.at(i);
    const auto seen = world.witnessed().find(address);
    const int times = seen == world.witnessed().end() ? 0 : seen->second.times;
    // A read whose intent was lost with the engine is not in the journal.
    const EffectClass effect_class =
        state.attempts > 0 ? state.effect_class
                           : executor->effect_class("", visible(step.action.with, {}));
    const bool may_repeat =
        effect_class == EffectClass::read || effect_class == EffectClass::idempotent;
    if (!may_repeat && times > 1)
      result.broken.push_back(address + " took place " + std::to_string(times) + " times");
    const bool claims_success =
        state.status == StepStatus::succeeded || state.status == StepStatus::undone;
    if (claims_success && times == 0 && state.phase == AttemptPhase::done)
      result.broken.push_back(address + " is said to have succeeded and never took place");
    const bool is_open = state.status == StepStatus::running ||
                         state.status == StepStatus::backing_off ||
                         state.status == StepStatus::in_doubt;
    if (result.has_ended && is_open)
      result.broken.push_back(address + " is " + std::string(name_of(state.status)) +
                              " in a finished run");
    judge_undo(run, i);
    judge_image(run, i);
    judge_finally(run, i);
  }

  // Of each group that began, unless a person skipped it.
  void judge_finally(const RunState& run, NodeIndex group) {
    const StepTree tree(graph, run.loops);
    const auto last = tree.finally_of(group);
    if (!last || !result.has_ended || !run.at(group).started_at) return;
    const StepStatus status = run.at(*last).status;
    const bool has_run = status == StepStatus::succeeded || status == StepStatus::failed;
    if (!has_run && run.at(*last).skipped_because != "skip")
      result.broken.push_back(tree.address(*last) + " is " + std::string(name_of(status)) +
                              " though its group began");
  }

  // All or none, and nothing is left prepared; where that was not possible the run says so.
  void judge_participant(const RunState& run, NodeIndex i) {
    if (run.finished && run.finished->reason.starts_with("mixed")) return;
    const StepTree tree(graph, run.loops);
    const std::string address = tree.address(i);
    const auto seen = world.witnessed().find(address);
    const int times = seen == world.witnessed().end() ? 0 : seen->second.times;
    const StepStatus whole = run.at(*tree.parent(i)).status;
    const auto ballot = run.ballots.find(i);
    const bool is_part = ballot != run.ballots.end() && !ballot->second.receipt.is_null();
    const bool is_done = whole == StepStatus::succeeded || whole == StepStatus::undone;
    if (times != (is_done && is_part ? 1 : 0))
      result.broken.push_back(address + " was committed " + std::to_string(times) +
                              " times, and its transaction is " + std::string(name_of(whole)));
    if (result.has_ended && !world.prepared().empty())
      result.broken.push_back(world.prepared().front() + " is still prepared");
  }

  // An intent holds what was seen before it.
  void judge_image(const RunState& run, NodeIndex i) {
    const StepTree tree(graph, run.loops);
    const auto look = tree.before(i);
    if (!look || !tree.undo(i) || run.at(i).attempts == 0) return;
    if (run.at(*look).outputs.empty() || run.at(i).before != Value(run.at(*look).outputs))
      result.broken.push_back(tree.address(i) + " began without what was seen before it");
  }

  void judge_undo(const RunState& run, NodeIndex i) {
    const StepTree tree(graph, run.loops);
    const runbooks::Step& step = tree.step(i);
    const std::string address = tree.address(i);
    if (result.status != state::RunStatus::undone || !step.undo || tree.is_cleanup(i) ||
        run.at(i).status == StepStatus::skipped)
      return;
    const StepStatus undone = run.at(*tree.undo(i)).status;
    const bool is_cared_for = undone == StepStatus::succeeded || undone == StepStatus::skipped;
    // A read may have been made whose intent was lost with the engine: nothing was changed.
    const bool is_effect =
        executor->effect_class("", visible(step.action.with, {})) != EffectClass::read;
    if (is_effect && world.has_happened(address) && !is_cared_for)
      result.broken.push_back(address + " took place and was not undone");
  }

  // The row that lists show is the fold's.
  void judge_row(const RunState& run) {
    const auto reader = state::open_memory_reader(disk);
    const auto row = reader->run(RunId{1});
    if (!row || row.value().status != status_of(run))
      result.broken.push_back("the summary row differs from the journal");
  }

  std::shared_ptr<const runbooks::Plan> plan;
  Graph graph;
  Options options;
  scripting::Evaluator& evaluator;
  SeededRandom random;
  VirtualClock clock;
  SimScheduler scheduler;
  SimWorld world;
  SimCalendar calendar;
  NoSecrets secrets;
  StrictLog log;
  std::shared_ptr<state::MemoryDisk> disk;
  std::unique_ptr<state::MemoryStore> store;
  std::unique_ptr<SimExecutor> executor;
  std::unique_ptr<Engine> engine;
  Result result;
  std::size_t lives = 0;
  int boots = 1;
  bool opened_well = false;
  bool has_ended = false;
  bool store_is_down = false;
  int corrections = 0;
};

Simulation::Simulation(runbooks::Plan plan, Options options, scripting::Evaluator& evaluator)
    : inside_(std::make_unique<Inside>(std::move(plan), options, evaluator)) {}
Simulation::~Simulation() = default;
Simulation::Result Simulation::run_to_end() {
  return inside_->run();
}
const SimWorld& Simulation::world() const {
  return inside_->world;
}

}  // namespace rung::engine::testing
