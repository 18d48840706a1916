#include "service/rehearsal/virtual_world.h"

#include "actions/conform.h"
#include "engine/core/resolve.h"
#include "service/rehearsal/stub_text.h"

#include <algorithm>
#include <utility>

namespace rung::service {
namespace {

using engine::Attempt;
using engine::AttemptId;
using runbooks::ProbeSays;
using runbooks::Stub;

constexpr std::string_view kEndOfOutput = "__rung_end_of_output__";

// Whether an error of this class, when it changed nothing, means that the target was not reached.
bool was_not_reached(ErrorClass error) {
  return error == ErrorClass::network || error == ErrorClass::timeout ||
         error == ErrorClass::unavailable;
}

Outcome stubbed_error(const Stub& stub) {
  ActionError error{*stub.error, stub.message.empty()
                                     ? "the stub's " + std::string(name_of(*stub.error)) + " error"
                                     : stub.message};
  if (stub.effect == EffectOnError::unknown) return Unknown{std::move(error)};
  if (was_not_reached(*stub.error)) return NotDone{std::move(error)};
  return Failed{std::move(error)};
}

actions::RunRequest request_for(const Attempt& attempt) {
  actions::RunRequest request;
  request.run = attempt.run_name;
  request.address = attempt.id.address;
  request.attempt = attempt.id.attempt;
  request.key = attempt.key;
  request.mode = attempt.mode;
  request.folder = attempt.folder;
  request.target = attempt.target;
  request.with = attempt.with;
  request.outputs = attempt.outputs;
  request.secrets = attempt.secrets;
  return request;
}

// The command's end that leads to these outputs.
actions::CommandEnd end_with(const Attempt& attempt, const Value::Map& outputs) {
  actions::CommandEnd end;
  for (const auto& [name, value] : outputs) {
    if (attempt.outputs.contains(name)) {
      end.output_file += name + "<<" + std::string(kEndOfOutput) + "\n" + to_text(value) + "\n" +
                         std::string(kEndOfOutput) + "\n";
    } else if (name == "exit_code" && value.integer() != nullptr) {
      end.code = static_cast<int>(*value.integer());
    } else if (name == "stdout") {
      end.stdout_text = to_text(value);
    } else if (name == "stderr") {
      end.stderr_text = to_text(value);
    }
  }
  return end;
}

Value without_secrets(const Value& value) {
  if (const auto* list = value.list()) {
    Value::List out;
    for (const Value& item : *list) out.push_back(without_secrets(item));
    return out;
  }
  if (const auto* map = value.map()) {
    Value::Map out;
    for (const auto& [name, member] : *map) out.emplace(name, without_secrets(member));
    return out;
  }
  return value.has_secret_mark() ? Value("***") : value;
}

}  // namespace

// --- stubs

const Stub* VirtualWorld::stub_for(const Attempt& attempt, BeyondTheLast beyond) {
  const std::size_t index = attempts_[attempt.id.address]++;
  const auto& stubs = parts_.test->stubs;
  auto found = stubs.find(attempt.id.address);
  if (found == stubs.end()) {  // "tiers/*/put" stands for the items that have no stub of their own
    found = std::find_if(stubs.begin(), stubs.end(), [&](const auto& one) {
      return runbooks::is_in_item(attempt.id.address, one.first);
    });
  }
  if (found == parts_.test->stubs.end()) {
    if (!parts_.test->succeeds_unstubbed) miss_stub(attempt, "");
    return nullptr;
  }
  const auto& attempts = found->second.attempts;
  if (!found->second.is_list) return &attempts.front();
  if (index < attempts.size()) return &attempts[index];
  if (beyond == BeyondTheLast::repeats) return &attempts.back();
  miss_stub(attempt, "attempt " + std::to_string(index + 1) + ", and its stubs are for " +
                         std::to_string(attempts.size()));
  return nullptr;
}

void VirtualWorld::miss_stub(const Attempt& attempt, const std::string& why) {
  missing_step_ = attempt.id.address + (why.empty() ? "" : ": " + why);
  missing_stub_ = stub_text(attempt.id.address, attempt.outputs);
}

Result<Value::Map> VirtualWorld::values_of(const runbooks::Template::Map& fields,
                                           const Attempt& attempt) const {
  const engine::RunState& run = parts_.state();
  const auto step = engine::StepTree(*parts_.graph, run.loops).find(attempt.id.address);
  const engine::RunScope scope(*parts_.graph, run, step);
  const auto* action = parts_.registry->find(attempt.uses);
  Value::Map values;
  for (const auto& [name, field] : fields) {
    TRY(auto value, engine::resolve(field, *parts_.evaluator, scope));
    const OutputSpec* output = action == nullptr ? nullptr : action->spec().output(name);
    const auto declared = attempt.outputs.find(name);
    const Type type = declared != attempt.outputs.end() ? declared->second
                      : output != nullptr               ? output->type
                                                        : Type::any;
    auto typed = coerce(type, value);
    if (!typed) return std::move(typed).error().with_context("the stub's output " + name);
    values.emplace(name, std::move(typed).value());
  }
  return values;
}

Outcome VirtualWorld::outcome_of_command(const Attempt& attempt, const Value::Map& outputs) const {
  const auto* command = parts_.registry->find(attempt.uses)->command();
  const auto request = request_for(attempt);
  const auto line = command->command_line(request);
  if (!line) return NotDone{{ErrorClass::invalid, line.error().message()}};
  return command->outcome(request, end_with(attempt, outputs));
}

Outcome VirtualWorld::outcome_of(const Attempt& attempt, const Stub* stub) const {
  const auto* action = parts_.registry->find(attempt.uses);
  if (action == nullptr)
    return NotDone{{ErrorClass::invalid, "this rung has no action of that name"}};
  // A connection brings some of the inputs: the action itself puts the two together.
  if (!attempt.target) {
    auto with = actions::conform(action->spec(), attempt.with);
    if (!with) return NotDone{{ErrorClass::invalid, with.error().message()}};
  }
  if (stub != nullptr && stub->error) return stubbed_error(*stub);
  auto outputs = stub != nullptr ? values_of(stub->outputs, attempt)
                                 : Result<Value::Map>(neutral_outputs(attempt.outputs));
  if (!outputs) return Failed{{ErrorClass::invalid, outputs.error().message()}};
  if (action->command() != nullptr) return outcome_of_command(attempt, outputs.value());
  if (action->request() != nullptr)
    return action->request()->outcome_of_reply(request_for(attempt), outputs.value());
  for (const OutputSpec& output : action->spec().outputs)
    outputs.value().emplace(output.name, Value());
  const bool prepares = !attempt.transaction.empty();
  return Done{std::move(outputs).value(), false, prepares ? Value(true) : Value()};
}

// Rehearsed from outside before its own end.
Outcome VirtualWorld::late(const Attempt& attempt, engine::CancelHow how) const {
  const bool is_deadline = how == engine::CancelHow::deadline;
  const auto* action = parts_.registry->find(attempt.uses);
  if (action != nullptr && action->command() != nullptr) {
    using How = actions::CommandEnd::How;
    actions::CommandEnd end;
    end.how = is_deadline ? How::deadline : How::cancelled;
    return action->command()->outcome(request_for(attempt), end);
  }
  if (is_deadline) return Unknown{{ErrorClass::timeout, "the step's timeout passed"}};
  return Unknown{{ErrorClass::internal, "ended because it was cancelled"}};
}

// --- attempts

// What was decided is carried out by whoever prepared.
void VirtualWorld::tell(Attempt attempt, OnOutcome done) {
  const AttemptId id = attempt.id;
  Running running;
  running.outcome = Done{};
  running.done = std::move(done);
  running.attempt = std::move(attempt);
  running_.insert_or_assign(id, std::move(running));
  at(now(), [this, id] { end(id); });
}

void VirtualWorld::run(Attempt attempt, OnOutcome done) {
  if (attempt.turn != state::Turn::work) return tell(std::move(attempt), std::move(done));
  const AttemptId id = attempt.id;
  Value::Map shown;
  for (const auto& [name, value] : attempt.with) shown.emplace(name, without_secrets(value));
  received_[id.address].push_back(std::move(shown));
  const Stub* stub = stub_for(attempt);
  latest_stub_[id.address] = stub;
  if (!missing_step_.empty()) return;

  const auto* action = parts_.registry->find(attempt.uses);
  Running running;
  running.is_supervised = action != nullptr && action->spec().is_supervised;
  running.outcome = outcome_of(attempt, stub);
  running.done = std::move(done);
  const Duration begins = now();
  Duration ends = begins + (stub == nullptr ? Duration::zero() : stub->takes);
  const Duration deadline = attempt.deadline.boot;
  if (deadline > Duration::zero() && ends > deadline) {
    ends = std::max(deadline, begins);
    running.outcome = late(attempt, engine::CancelHow::deadline);
  }
  running.attempt = std::move(attempt);
  running_.insert_or_assign(id, std::move(running));

  const auto& crashes = parts_.test->crash_during;
  const bool crashes_here =
      std::find(crashes.begin(), crashes.end(), id.address) != crashes.end() &&
      crashed_in_.insert(id.address).second;
  if (crashes_here) at(begins + (ends - begins) / 2, [this] { crash_is_due_ = true; });
  at(ends, [this, id] { end(id); });
}

// The effect took place as far as it will; whoever listens hears of it.
void VirtualWorld::end(const AttemptId& id) {
  const auto found = running_.find(id);
  if (found == running_.end() || (found->second.has_ended && !found->second.done)) return;
  Running& running = found->second;
  if (!running.has_ended && std::holds_alternative<Done>(running.outcome)) happen(running.attempt);
  running.has_ended = true;
  if (const auto done = std::exchange(running.done, nullptr)) done(running.outcome);
}

void VirtualWorld::happen(const Attempt& attempt) {
  // What is prepared has not happened yet.
  const bool is_part = !attempt.transaction.empty() && attempt.turn != state::Turn::commit;
  if (is_part) return;
  const bool is_new = happened_[attempt.id.address].insert(to_string(attempt.key)).second;
  const engine::RunState& run = parts_.state();
  const auto step = engine::StepTree(*parts_.graph, run.loops).find(attempt.id.address);
  const bool honours_key =
      !attempt.transaction.empty() || (step && run.at(*step).effect_class == EffectClass::keyed);
  if (is_new || !honours_key) times_[attempt.id.address] += 1;
}

void VirtualWorld::recover(Attempt attempt, std::function<void(std::string)> adopted,
                           OnOutcome done) {
  const auto found = running_.find(attempt.id);
  if (found != running_.end()) {
    found->second.done = std::move(done);
    if (!found->second.has_ended) return adopted("still running in the virtual world");
    return at(now(), [this, id = attempt.id] { end(id); });
  }
  const auto* action = parts_.registry->find(attempt.uses);
  const bool is_supervised = action != nullptr && action->spec().is_supervised;
  at(now(), [done = std::move(done), is_supervised, life = lives_, this] {
    if (life != lives_) return;
    // The supervisor leaves a trace before anything else: without one nothing began.
    if (is_supervised) return done(NotDone{{ErrorClass::unavailable, "it had not begun"}});
    done(Unknown{{ErrorClass::internal, "the engine ended while the action was under way"}});
  });
}

void VirtualWorld::probe(Attempt attempt, const runbooks::ActionUse*, Value::Map, OnProbed done) {
  const std::string& address = attempt.id.address;
  const auto latest = latest_stub_.find(address);
  const Stub* stub = latest == latest_stub_.end() ? nullptr : latest->second;
  const bool happened = times(address) > 0;
  const ProbeSays says = stub != nullptr && stub->probe ? *stub->probe
                         : happened                     ? ProbeSays::done
                                                        : ProbeSays::not_done;
  ProbeAnswer answer = Unknown{{ErrorClass::unavailable, "the look found nothing out"}};
  if (says == ProbeSays::not_done)
    answer = NotDone{{ErrorClass::not_found, "the probe found it not done"}};
  if (says == ProbeSays::done) {
    const bool has_own = stub != nullptr && !stub->probe_outputs.empty();
    auto outputs = stub == nullptr
                       ? Result<Value::Map>(Value::Map{})
                       : values_of(has_own ? stub->probe_outputs : stub->outputs, attempt);
    if (outputs)
      answer = Done{std::move(outputs).value(), true};
    else
      answer = Unknown{{ErrorClass::invalid, outputs.error().message()}};
  }
  at(now(), [this, done = std::move(done), answer = std::move(answer), life = lives_] {
    if (life == lives_) done(answer);
  });
}

// What would end the run is there only where a case says so: without a stub nothing is ever seen.
bool VirtualWorld::is_unstubbed_guard(const Attempt& attempt) const {
  const auto guard = parts_.graph->find_address(attempt.id.address);
  return guard && parts_.graph->step(*guard).guard &&
         !parts_.test->stubs.contains(attempt.id.address);
}

void VirtualWorld::look(Attempt attempt, OnProbed done) {
  if (is_unstubbed_guard(attempt)) return;
  Value::Map shown;
  for (const auto& [name, value] : attempt.with) shown.emplace(name, without_secrets(value));
  received_[attempt.id.address] = {std::move(shown)};  // the latest look stands for all
  const Stub* stub = stub_for(attempt, BeyondTheLast::repeats);
  if (!missing_step_.empty()) return;
  Outcome outcome = outcome_of(attempt, stub);
  Duration ends = now() + (stub == nullptr ? Duration::zero() : stub->takes);
  const Duration deadline = attempt.deadline.boot;
  if (ends > deadline) {
    ends = std::max(deadline, now());
    outcome = late(attempt, engine::CancelHow::deadline);
  }
  ProbeAnswer answer = Unknown{};
  if (auto* seen = std::get_if<Done>(&outcome))
    answer = std::move(*seen);
  else
    answer = Unknown{*error_of(outcome)};
  at(ends, [this, done = std::move(done), answer = std::move(answer), life = lives_] {
    if (life == lives_) done(answer);
  });
}

void VirtualWorld::cancel(const AttemptId& id, engine::CancelHow how) {
  const auto found = running_.find(id);
  if (found == running_.end() || found->second.has_ended) return;
  found->second.outcome = late(found->second.attempt, how);
  at(now(), [this, id] { end(id); });
}

void VirtualWorld::forget(const AttemptId& id) {
  running_.erase(id);
}

// --- time and crashes

void VirtualWorld::at(Duration boot, std::function<void()> task) {
  agenda_.emplace(std::pair(boot, posted_++), std::move(task));
}

std::optional<Duration> VirtualWorld::next_due() const {
  if (agenda_.empty()) return std::nullopt;
  return agenda_.begin()->first.first;
}

void VirtualWorld::report_due() {
  while (!crash_is_due_ && !agenda_.empty() && agenda_.begin()->first.first <= now()) {
    const auto task = std::move(agenda_.begin()->second);
    agenda_.erase(agenda_.begin());
    task();
  }
}

void VirtualWorld::engine_died() {
  lives_ += 1;
  for (auto at = running_.begin(); at != running_.end();) {
    Running& running = at->second;
    running.done = nullptr;
    if (running.is_supervised) {
      ++at;
      continue;
    }
    // What was sent is sent: the target goes on, and nobody hears of it.
    if (!running.has_ended && std::holds_alternative<Done>(running.outcome))
      happen(running.attempt);
    at = running_.erase(at);
  }
}

bool VirtualWorld::take_crash() {
  return std::exchange(crash_is_due_, false);
}

int VirtualWorld::times(const std::string& address) const {
  const auto found = times_.find(address);
  return found == times_.end() ? 0 : found->second;
}

}  // namespace rung::service
