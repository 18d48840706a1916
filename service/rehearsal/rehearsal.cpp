#include "service/rehearsal/rehearsal.h"

#include "base/log.h"
#include "engine/core/reminders.h"
#include "engine/executor/registry_facts.h"
#include "runbooks/inputs.h"
#include "service/calendar.h"
#include "state/memory_store.h"

#include <algorithm>
#include <deque>
#include <utility>

namespace rung::service {
namespace {

constexpr std::size_t kMostMoves = 200'000;
constexpr Duration kLongest = std::chrono::hours(24 * 366);
constexpr std::uint64_t kSeed = 1;
constexpr RunId kRun{1};
// 2026-01-01T12:00:00Z: a day without a change of the clocks.
constexpr TimePoint kBegin{std::chrono::seconds(1'767'268'800)};

class ErrorLog final : public Log {
 public:
  void write(LogLevel level, std::string_view message,
             std::initializer_list<Field> fields) override {
    if (level != LogLevel::error) return;
    std::string line(message);
    for (const Field& field : fields) line += " " + std::string(field.first) + "=" + field.second;
    lines.push_back(std::move(line));
  }
  std::vector<std::string> lines;
};

// Secrets as the case gives them, else made up; nothing is read.
class VirtualSecrets final : public engine::Secrets {
 public:
  explicit VirtualSecrets(const runbooks::TestCase& test) : test_(test) {}
  Result<std::string> read(const std::string& name, const runbooks::SecretSource&) override {
    const auto given = test_.secrets.find(name);
    return given == test_.secrets.end() ? "secret-" + name : given->second;
  }

 private:
  const runbooks::TestCase& test_;
};

// The run as it is on disk, followed event by event.
class Following {
 public:
  Following(const engine::Graph& graph, std::shared_ptr<state::MemoryDisk> disk)
      : graph_(graph),
        reader_(state::open_memory_reader(std::move(disk))),
        run_(engine::fold(graph, kRun, {}).value()) {}

  const engine::RunState& state() {
    auto fresh = reader_->events(kRun, Seq{static_cast<std::int64_t>(events_.size())}, kMostMoves);
    if (!fresh) return run_;
    for (auto& one : fresh.value()) {
      if (!engine::apply_in_place(graph_, run_, one.event)) break;
      events_.push_back(std::move(one.event));
    }
    return run_;
  }
  std::vector<state::Event>& events() { return events_; }

 private:
  const engine::Graph& graph_;
  std::unique_ptr<state::Reader> reader_;
  engine::RunState run_;
  std::vector<state::Event> events_;
};

bool ends_step(const state::Event& event) {
  return std::holds_alternative<state::StepSucceeded>(event.payload) ||
         std::holds_alternative<state::StepFailed>(event.payload) ||
         std::holds_alternative<state::StepSkipped>(event.payload) ||
         std::holds_alternative<state::ParticipantSettled>(event.payload);
}

class Rehearsing {
 public:
  Rehearsing(const runbooks::TestCase& test, const Stage& stage)
      : test_(test),
        stage_(stage),
        clock_(test.begins_at.value_or(kBegin)),
        random_(kSeed),
        disk_(state::make_memory_disk(SeededRandom(kSeed).uuid())),
        following_(*stage.graph, disk_),
        facts_(*stage.registry),
        secrets_(test),
        people_(test.acts),
        world_({&test, stage.registry, &clock_, stage.evaluator, stage.graph.get(),
                [this]() -> const engine::RunState& { return following_.state(); }}),
        begun_(clock_.now().boot),
        crash_after_(test.crash_after) {}

  Rehearsed run() {
    boot();
    drain();
    start();
    while (!is_over_ && moves_ < kMostMoves) {
      moves_ += 1;
      move();
    }
    conclude();
    return std::move(ended_);
  }

 private:
  // --- one engine's life

  void boot() {
    state::MemoryFaults faults;
    faults.reach = [this](const state::RunWrite& write) { return reach_of(write); };
    const auto post = [this](std::function<void()> task) { queue_.push_back(std::move(task)); };
    store_ = state::open_memory_store(disk_, post, std::move(faults));
    engine::Parts parts;
    parts.store = store_.get();
    parts.executor = &world_;
    parts.facts = &facts_;
    parts.calendar = &calendar_;
    parts.clock = &clock_;
    parts.random = &random_;
    parts.evaluator = stage_.evaluator;
    parts.secrets = &secrets_;
    parts.log = &log_;
    parts.post = post;
    parts.host = {"virtual", "boot", "ns", "virtual"};
    parts.pid = static_cast<std::int64_t>(ended_.crashes) + 1;
    parts.who = test_.started_by;
    parts.rung = "test";
    engine_ = std::make_unique<engine::Engine>(std::move(parts), engine::Scope{});
    engine_->on_change([this](const engine::Engine::Changed&) { look(); });
    engine_->open([](const Result<void>&) {});
  }

  // Killed as the end of a step reaches the disk: the write is kept, and nobody hears of it.
  state::Reach reach_of(const state::RunWrite& write) {
    for (const state::Event& event : write.events) {
      if (!ends_step(event)) continue;
      const auto here = std::find(crash_after_.begin(), crash_after_.end(), event.step);
      if (here == crash_after_.end()) continue;
      crash_after_.erase(here);
      crashes_now_ = true;
      return state::Reach::at_submit;
    }
    return state::Reach::at_completion;
  }

  void crash() {
    crashes_now_ = false;
    ended_.crashes += 1;
    engine_.reset();
    store_.reset();
    queue_.clear();
    world_.engine_died();
    pass_to(clock_.now().boot + test_.down);
    world_.report_due();
    boot();
  }

  // --- the run

  void start() {
    const auto inputs = runbooks::resolve_inputs(*stage_.plan, test_.inputs);
    if (has_errors(inputs.diagnostics)) return refuse(inputs.diagnostics.front().message);
    engine::StartRequest request;
    request.plan = stage_.plan;
    request.inputs = inputs.values;
    const auto& modes = stage_.plan->modes;
    request.mode = test_.mode.empty() && !modes.empty() ? modes.front() : test_.mode;
    request.by = {test_.started_by, {}, "a test"};
    engine_->start(std::move(request), [this](const engine::Reply& reply) {
      if (!reply.is_applied) refuse(reply.message);
    });
  }

  void refuse(std::string why) {
    ended_.refusal = std::move(why);
    is_over_ = true;
  }

  void move() {
    if (crashes_now_ || world_.take_crash()) return crash();
    if (!world_.missing_step().empty()) return stop_without_stub();
    if (!queue_.empty()) {
      const auto task = std::move(queue_.front());
      queue_.pop_front();
      return task();
    }
    const Duration now = clock_.now().boot;
    if (const auto due = world_.next_due(); due && *due <= now) return world_.report_due();
    look();
    if (act()) return;
    pass_time();
  }

  void look() { people_.look(*stage_.graph, following_.state(), clock_.now().boot, begun_); }

  bool act() {
    const auto due = people_.take_due(clock_.now().boot);
    for (const VirtualPeople::Due& one : due) {
      engine_->send(kRun, one.command, [this, act = one.act](const engine::Reply& reply) {
        judge_reply(*act, reply);
      });
    }
    return !due.empty();
  }

  void judge_reply(const runbooks::Act& act, const engine::Reply& reply) {
    const std::string what = std::string(name_of(act.verb)) +
                             (act.step.empty() ? "" : " " + act.step) + " by " + act.who;
    if (reply.is_applied && act.refused)
      return find(act.at, what + " was not refused", "a refusal with: " + *act.refused, "applied");
    if (reply.is_applied) return;
    if (!act.refused) return find(act.at, what + " was refused: " + reply.message);
    if (reply.message.find(*act.refused) == std::string::npos)
      find(act.at, what + " was refused for another reason", *act.refused, reply.message);
  }

  void pass_time() {
    const bool is_finished = following_.state().phase == engine::RunPhase::finished;
    std::optional<Duration> next = is_finished ? std::nullopt : engine_due();
    for (const auto& due : {world_.next_due(), people_.next_due()}) {
      if (due && !is_finished) next = next ? std::min(*next, *due) : *due;
    }
    const bool is_settled = !world_.next_due() && !people_.next_due() && only_reminds();
    if (!next || is_settled) {
      is_over_ = true;
      return;
    }
    if (*next - begun_ > kLongest) {
      is_over_ = true;
      return find(test_.at, "the run has not come to an end within " + to_string(kLongest) +
                                " of virtual time");
    }
    pass_to(*next);
    engine_->tick();
  }

  // Nothing more happens, though people would be reminded of it for a while.
  bool only_reminds() {
    const engine::RunState& run = following_.state();
    return run.created && !engine::changes_by_time(*stage_.graph, run);
  }

  std::optional<Duration> engine_due() const {
    const auto due = engine_->next_due();
    return due ? std::optional(due->boot) : std::nullopt;
  }

  void pass_to(Duration boot) {
    const Duration by = boot - clock_.now().boot;
    if (by > Duration::zero()) clock_.pass(by);
  }

  void drain() {
    while (!queue_.empty()) {
      const auto task = std::move(queue_.front());
      queue_.pop_front();
      task();
    }
  }

  // --- the end

  void stop_without_stub() {
    drain();  // what was decided before is still on its way to the journal
    is_over_ = true;
    ended_.is_cut_short = true;
    Difference finding{test_.at, "there is no stub for " + world_.missing_step(), "", "",
                       "add under `stubs:`  " + world_.missing_stub()};
    ended_.findings.push_back(std::move(finding));
  }

  void find(Position at, std::string what, std::string expected = "", std::string got = "") {
    ended_.findings.push_back({at, std::move(what), std::move(expected), std::move(got), ""});
  }

  void conclude() {
    if (moves_ >= kMostMoves)
      find(test_.at,
           "the run has not come to an end within " + std::to_string(kMostMoves) + " moves");
    for (const std::string& line : log_.lines)
      find(test_.at, "the engine logged an error: " + line);
    if (!ended_.is_cut_short && ended_.refusal.empty()) judge_left();
    const engine::RunState& run = following_.state();
    judge_repetitions(run);
    if (run.created) ended_.run = run;
    ended_.events = std::move(following_.events());
    ended_.received = world_.received();
  }

  void judge_left() {
    for (const runbooks::Act* act : people_.left()) {
      find(act->at, "it never came to `" + std::string(name_of(act->verb)) +
                        (act->step.empty() ? "" : " " + act->step) + "` by " + act->who);
    }
    for (const std::string& step : crash_after_)
      find(test_.at, "crash_after: " + step + " never came to an end");
    for (const std::string& step : test_.crash_during) {
      if (!world_.received().contains(step))
        find(test_.at, "crash_during: " + step + " never began");
    }
  }

  // After a crash an effect that must not be repeated took place once, or a person said otherwise.
  void judge_repetitions(const engine::RunState& run) {
    if (ended_.crashes == 0) return;
    const engine::StepTree tree(*stage_.graph, run.loops);
    for (std::uint32_t n = 0; n < run.steps.size(); ++n) {
      const runbooks::Step& step = tree.step({n});
      const std::string address = tree.address({n});
      const EffectClass effect = run.at({n}).effect_class;
      const bool may_repeat = effect == EffectClass::read || effect == EffectClass::idempotent;
      const int times = world_.times(address);
      if (may_repeat || times < 2 || !step.action.expect.text.empty()) continue;
      find(test_.at, address + " took place " + std::to_string(times) +
                         " times: the target saw its effect again after the crash");
    }
  }

  const runbooks::TestCase& test_;
  const Stage& stage_;
  VirtualClock clock_;
  SeededRandom random_;
  std::shared_ptr<state::MemoryDisk> disk_;
  Following following_;
  engine::RegistryFacts facts_;
  ZoneCalendar calendar_;
  VirtualSecrets secrets_;
  ErrorLog log_;
  VirtualPeople people_;
  VirtualWorld world_;
  const Duration begun_;
  std::vector<std::string> crash_after_;  // not reached yet
  std::deque<std::function<void()>> queue_;
  std::unique_ptr<state::MemoryStore> store_;
  std::unique_ptr<engine::Engine> engine_;
  bool crashes_now_ = false;
  bool is_over_ = false;
  std::size_t moves_ = 0;
  Rehearsed ended_;
};

}  // namespace

Rehearsed rehearse(const runbooks::TestCase& test, const Stage& stage) {
  return Rehearsing(test, stage).run();
}

}  // namespace rung::service
