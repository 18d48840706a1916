#include "tests/engine/sim_world.h"

namespace rung::engine::testing {
namespace {

constexpr int kWorldLane = 1;

ActionError error(ErrorClass error_class, const char* message) {
  return {error_class, message};
}

}  // namespace

void SimScheduler::post(int lane, std::function<void()> task) {
  lanes_[lane].push_back(std::move(task));
  queued_ += 1;
}

bool SimScheduler::run_one() {
  if (queued_ == 0) return false;
  // The world's tasks are independent of each other; every other lane is a queue.
  std::size_t pick = random_.next() % queued_;
  for (auto& [lane, tasks] : lanes_) {
    if (pick >= tasks.size()) {
      pick -= tasks.size();
      continue;
    }
    const auto at =
        lane == kWorldLane ? tasks.begin() + static_cast<std::ptrdiff_t>(pick) : tasks.begin();
    auto task = std::move(*at);
    tasks.erase(at);
    queued_ -= 1;
    task();
    return true;
  }
  return false;
}

void SimScheduler::drop(int lane_from, int lane_to) {
  for (auto& [lane, tasks] : lanes_) {
    if (lane < lane_from || lane >= lane_to) continue;
    queued_ -= tasks.size();
    tasks.clear();
  }
}

bool SimWorld::has_happened(const std::string& address) const {
  const auto found = witnessed_.find(address);
  return found != witnessed_.end() && found->second.times > 0;
}

void SimWorld::engine_died() {
  for (auto at = running_.begin(); at != running_.end();) {
    at->second->done = nullptr;
    const Attempt& attempt = at->second->attempt;
    // What was sent goes on, whoever waits for it.
    const bool goes_on = !attempt.transaction.empty() && attempt.turn == state::Turn::work &&
                         !at->second->ended && roll(odds_.prepares_late);
    if (goes_on)
      scheduler_.post(kWorldLane, [this, attempt] { static_cast<void>(prepare(attempt)); });
    // An action inside the engine dies with it: before its effect, or after it.
    at = at->second->is_supervised ? std::next(at) : running_.erase(at);
  }
}

void SimWorld::begin(const AttemptId& id) {
  scheduler_.post(kWorldLane, [this, id] {
    const auto found = running_.find(id);
    if (found == running_.end() || found->second->ended) return;
    Running& running = *found->second;
    running.is_begun = true;
    if (running.is_cancelled) return end(id, Unknown{error(ErrorClass::timeout, "cancelled")});
    if (roll(odds_.not_done))
      return end(id, NotDone{error(ErrorClass::network, "refused the connection")});
    const bool is_told = running.attempt.turn != state::Turn::work;
    if (!is_told && roll(odds_.failed))
      return end(id, Failed{error(ErrorClass::refused, "the target said no")});
    if (roll(odds_.lost_before)) return end(id, Unknown{error(ErrorClass::timeout, "no answer")});
    Outcome outcome = act(running.attempt);
    if (roll(odds_.lost_after)) return end(id, Unknown{error(ErrorClass::timeout, "no answer")});
    end(id, std::move(outcome));
  });
}

Outcome SimWorld::act(const Attempt& attempt) {
  if (attempt.transaction.empty()) {
    happen(attempt);
    const bool looks = attempt.id.address.ends_with("@before");
    return looks ? Done{{{"seen", Value(1)}}, false} : Done{};
  }
  return attempt.turn == state::Turn::work ? prepare(attempt) : settle(attempt);
}

Outcome SimWorld::prepare(const Attempt& attempt) {
  if (roll(odds_.reads_only)) return Done{};
  if (closed_.contains(attempt.transaction))
    return Failed{error(ErrorClass::conflict, "this session was ended")};
  fates_.emplace(attempt.transaction, Fate::prepared);
  return Done{{}, false, Value("receipt")};
}

void SimWorld::commit(const Attempt& attempt) {
  fates_[attempt.transaction] = Fate::committed;
  witnessed_[attempt.id.address].times += 1;
}

Outcome SimWorld::settle(const Attempt& attempt) {
  const bool commits = attempt.turn == state::Turn::commit;
  closed_.insert(attempt.transaction);
  const auto found = fates_.find(attempt.transaction);
  if (found == fates_.end()) {
    if (commits) return Failed{error(ErrorClass::not_found, "there is no such transaction")};
    return Done{};
  }
  if (found->second == Fate::prepared && roll(odds_.somebody_else)) {
    if (roll(500))
      commit(attempt);
    else
      found->second = Fate::rolled_back;
  }
  if (found->second == Fate::prepared) {
    if (commits)
      commit(attempt);
    else
      found->second = Fate::rolled_back;
    return Done{};
  }
  if (roll(odds_.untold)) return Failed{error(ErrorClass::not_found, "nothing tells")};
  if ((found->second == Fate::committed) == commits) return Done{{}, true};
  return Failed{error(ErrorClass::conflict, "somebody else ended it")};
}

std::vector<std::string> SimWorld::prepared() const {
  std::vector<std::string> names;
  for (const auto& [name, fate] : fates_) {
    if (fate == Fate::prepared) names.push_back(name);
  }
  return names;
}

void SimWorld::happen(const Attempt& attempt) {
  Witnessed& seen = witnessed_[attempt.id.address];
  const bool is_new_key = seen.keys.insert(to_string(attempt.key)).second;
  const Value* effect_class = &attempt.with.at("class");
  const bool honours_key = *effect_class->string() == "keyed";
  if (!honours_key || is_new_key) seen.times += 1;
}

void SimWorld::end(const AttemptId& id, Outcome outcome) {
  running_.at(id)->ended = std::move(outcome);
  report(id);
}

void SimWorld::report(const AttemptId& id) {
  scheduler_.post(kWorldLane, [this, id] {
    const auto found = running_.find(id);
    if (found == running_.end() || !found->second->done || !found->second->ended) return;
    const auto done = std::exchange(found->second->done, nullptr);
    done(*found->second->ended);
  });
}

void SimExecutor::run(Attempt attempt, OnOutcome done) {
  const AttemptId id = attempt.id;
  const bool is_command = attempt.transaction.empty();
  const auto note = attempt.with.find("note");
  world_.notes_.insert_or_assign(id, note == attempt.with.end() ? Value() : note->second);
  auto running = std::make_shared<SimWorld::Running>();
  running->attempt = std::move(attempt);
  running->done = std::move(done);
  running->is_supervised = is_command && world_.roll(world_.odds_.supervised);
  world_.running_.insert_or_assign(id, std::move(running));
  world_.begin(id);
}

void SimExecutor::recover(Attempt attempt, std::function<void(std::string)> adopted,
                          OnOutcome done) {
  const auto found = world_.running_.find(attempt.id);
  if (found == world_.running_.end()) {
    scheduler_.post(lane_, [done] {
      done(Unknown{error(ErrorClass::internal, "the engine died while it was running")});
    });
    return;
  }
  SimWorld::Running& running = *found->second;
  if (!running.ended && world_.roll(world_.odds_.supervisor_dies)) {
    world_.running_.erase(found);
    scheduler_.post(lane_,
                    [done] { done(Unknown{error(ErrorClass::internal, "the supervisor died")}); });
    return;
  }
  const AttemptId id = attempt.id;
  running.done = std::move(done);
  if (running.ended) return world_.report(id);
  adopted("still running");
}

void SimExecutor::probe(Attempt attempt, const runbooks::ActionUse*, Value::Map, OnProbed done) {
  ProbeAnswer answer = NotDone{error(ErrorClass::refused, "it did not happen")};
  if (world_.has_happened(attempt.id.address)) answer = Done{};
  if (world_.roll(world_.odds_.probe_unknown))
    answer = Unknown{error(ErrorClass::network, "cannot look")};
  scheduler_.post(lane_, [done, answer] { done(answer); });
}

void SimExecutor::look(Attempt, OnProbed done) {
  ProbeAnswer answer = Done{{{"up", Value(world_.roll(world_.odds_.look_holds))}}, false};
  if (world_.roll(world_.odds_.look_fails))
    answer = Unknown{error(ErrorClass::network, "cannot look")};
  scheduler_.post(lane_, [done, answer] { done(answer); });
}

void SimExecutor::cancel(const AttemptId& id, CancelHow) {
  const auto found = world_.running_.find(id);
  if (found != world_.running_.end()) found->second->is_cancelled = true;
}

void SimExecutor::forget(const AttemptId& id) {
  world_.running_.erase(id);
}

EffectClass SimExecutor::effect_class(const std::string&, const Value::Map& with) const {
  return *parse_effect_class(*with.at("class").string());
}

const ActionSpec* SimExecutor::spec(const std::string&) const {
  static const ActionSpec spec = [] {
    ActionSpec s;
    s.name = "test.effect";
    s.inputs = {{"class", Type::string}, {"note", Type::string}};
    return s;
  }();
  return &spec;
}

bool SimExecutor::can_probe(const std::string&) const {
  return true;
}

}  // namespace rung::engine::testing
