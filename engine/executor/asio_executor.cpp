#include "engine/executor/asio_executor.h"

#include "actions/secrets.h"
#include "base/ensure.h"
#include "base/failpoint.h"
#include "engine/executor/attempt_job.h"
#include "engine/executor/flight.h"
#include "engine/executor/sweep.h"
#include "engine/supervisor/attempt_folder.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <set>

namespace rung::engine {
namespace asio = boost::asio;
namespace {

// CLOCK_BOOTTIME goes on while the machine sleeps, the loop's timers do not.
constexpr Duration kLongestSleep = std::chrono::seconds(10);

failpoint::Fault reach(std::string_view site, const Flight& flight) {
  if (!failpoint::enabled.load(std::memory_order_relaxed)) [[likely]] {
    return failpoint::Fault::none;
  }
  return failpoint::reach_slow(site, flight.id.address + "." + std::to_string(flight.id.attempt));
}

ActionError* error_in(Outcome& outcome) {
  if (auto* e = std::get_if<NotDone>(&outcome)) return &e->error;
  if (auto* e = std::get_if<Failed>(&outcome)) return &e->error;
  if (auto* e = std::get_if<Unknown>(&outcome)) return &e->error;
  return nullptr;
}

void mask_all(Outcome& outcome, const std::vector<std::string>& secrets) {
  if (secrets.empty()) return;
  if (auto* error = error_in(outcome)) error->message = actions::mask(error->message, secrets);
  if (auto* done = std::get_if<Done>(&outcome)) {
    done->outputs = actions::masked_outputs(std::move(done->outputs), secrets);
  }
}

// An action only knows that it was asked to end; that it was for its time is known here.
void name_the_deadline(Outcome& outcome, const Flight& flight) {
  auto* error = error_in(outcome);
  const bool is_late = flight.asked_to_end == CancelHow::deadline && error != nullptr &&
                       !std::holds_alternative<Failed>(outcome);
  if (is_late && error->error_class != ErrorClass::timeout) {
    *error = {ErrorClass::timeout, "the step's timeout passed: " + error->message};
  }
}

// A probe that is an ordinary use of an action: it found the thing, or found that it is not there.
ProbeAnswer answer_of(Outcome outcome) {
  if (auto* done = std::get_if<Done>(&outcome)) return std::move(*done);
  const auto& error = *error_of(outcome);
  const bool is_absent =
      std::holds_alternative<Failed>(outcome) && error.error_class == ErrorClass::not_found;
  if (is_absent) return NotDone{error};
  return Unknown{error};
}

// The supervisor was asked to end it; that it was for its time is known here.
void correct_the_reason(actions::CommandEnd& end, const Flight& flight) {
  using How = actions::CommandEnd::How;
  const bool was_late = flight.asked_to_end == CancelHow::deadline;
  if (end.how == How::cancelled && was_late) end.how = How::deadline;
}

ActionError* error_in(ProbeAnswer& answer) {
  if (auto* e = std::get_if<NotDone>(&answer)) return &e->error;
  if (auto* e = std::get_if<Unknown>(&answer)) return &e->error;
  return nullptr;
}

}  // namespace

class AsioExecutor::Inside {
 public:
  Inside(ExecutorParts parts, ExecutorLimits limits)
      : parts_(std::move(parts)), limits_(limits), timer_(*parts_.loop) {
    actions_.limit = limits_.inside;
    commands_.limit = limits_.commands;
  }

  Flight& add(FlightKind kind, Attempt attempt, const std::string& uses);
  void ask(Flight& flight);
  void cancel(const AttemptId& id, CancelHow how);
  void forget(const AttemptId& id);
  void sweep(RunId run);
  void close(std::function<void()> closed);
  std::size_t in_flight() const { return actions_.flying + commands_.flying; }

 private:
  struct Lane {
    std::size_t limit = 0;
    std::size_t flying = 0;  // begun and not answered
    std::deque<Flight*> waiting;
  };
  Lane& lane_of(const Flight& flight) { return flight.is_command() ? commands_ : actions_; }

  void drain_soon();
  void drain();
  void begin(Flight& flight);
  void refuse(Flight& flight, ActionError error);
  std::optional<ActionError> reason_to_refuse(const Flight& flight) const;
  void end_soon(Flight& flight, CancelHow how);
  void end_coroutine(Flight& flight);
  void answer(Flight& flight, Outcome outcome);
  void answer(Flight& flight, ProbeAnswer found);
  void settle(Flight& flight);
  void ended(Flight& flight);
  void close_if_done();

  awaitable<void> perform(Flight& flight);
  awaitable<void> perform_attempt(Flight& flight);
  awaitable<void> perform_probe(Flight& flight);
  awaitable<Outcome> perform_action(Flight& flight);
  awaitable<ProbeAnswer> perform_look(Flight& flight);
  awaitable<CommandResult> perform_command(Flight& flight);
  Result<supervisor::Job> make_job(Flight& flight);
  Outcome interpret(Flight& flight, CommandResult result);
  ProbeAnswer interpret_probe(Flight& flight, CommandResult result);
  Unknown thrown(const Flight& flight, const std::string& what);

  void set_due(Flight& flight, std::optional<Duration> due);
  void arm();
  void on_timer();

  const ExecutorParts parts_;
  const ExecutorLimits limits_;
  std::optional<supervisor::StepProgram> step_program_;  // made at the first command
  std::list<Flight> flights_;
  std::map<AttemptId, Flight*> attempts_;  // of kind run and recover, not yet answered
  Lane actions_;
  Lane commands_;
  std::deque<Flight*> refused_;  // asked to end while they waited
  std::set<AttemptId> folders_;  // attempts that may have one
  std::set<std::pair<Duration, Flight*>> due_;
  std::optional<Duration> armed_for_;
  asio::steady_timer timer_;
  bool is_drain_posted_ = false;
  bool is_closing_ = false;
  std::function<void()> closed_;
};

// --- what is asked for, and the order in which it begins

Flight& AsioExecutor::Inside::add(FlightKind kind, Attempt attempt, const std::string& uses) {
  auto& flight = flights_.emplace_back();
  flight.self = std::prev(flights_.end());
  flight.kind = kind;
  flight.id = attempt.id;
  flight.action = parts_.registry->find(uses);
  flight.secrets = attempt.secrets;
  flight.leftovers = std::move(attempt.leftovers);
  flight.started_on = std::move(attempt.started_on);
  flight.request = request_for(attempt);
  flight.request.clock = parts_.clock;
  flight.request.log = parts_.log;
  for (auto& secret : actions::secret_contents(flight.request.with)) {
    flight.secrets.push_back(std::move(secret));
  }
  if (parts_.progress) {
    flight.request.progress = [this, f = &flight](const std::string& line) {
      parts_.progress(f->id, actions::mask(line, f->secrets));
    };
  }
  if (kind != FlightKind::probe) attempts_.insert_or_assign(flight.id, &flight);
  return flight;
}

void AsioExecutor::Inside::ask(Flight& flight) {
  lane_of(flight).waiting.push_back(&flight);
  drain_soon();
}

void AsioExecutor::Inside::drain_soon() {
  if (std::exchange(is_drain_posted_, true)) return;
  asio::post(*parts_.loop, [this] {
    is_drain_posted_ = false;
    drain();
  });
}

void AsioExecutor::Inside::drain() {
  for (auto* flight : std::exchange(refused_, {})) begin(*flight);
  for (auto* lane : {&actions_, &commands_}) {
    const auto may_begin = [&](const Flight& flight) {
      // What an earlier engine began runs already.
      return lane->flying < lane->limit || is_closing_ || flight.kind == FlightKind::recover;
    };
    while (!lane->waiting.empty() && may_begin(*lane->waiting.front())) {
      auto& flight = *lane->waiting.front();
      lane->waiting.pop_front();
      begin(flight);
    }
  }
  close_if_done();
}

std::optional<ActionError> AsioExecutor::Inside::reason_to_refuse(const Flight& flight) const {
  if (flight.action == nullptr) {
    return ActionError{ErrorClass::invalid, "this rung has no action of that name"};
  }
  if (flight.kind == FlightKind::recover) {
    if (flight.is_command()) return std::nullopt;
    return ActionError{ErrorClass::internal, "the engine ended while the action was under way"};
  }
  if (is_closing_) {
    return ActionError{ErrorClass::unavailable, "the engine stopped before it began"};
  }
  if (flight.asked_to_end) {
    const bool is_late = flight.asked_to_end == CancelHow::deadline;
    return ActionError{is_late ? ErrorClass::timeout : ErrorClass::unavailable,
                       "it was cancelled before it began"};
  }
  const auto deadline = flight.request.deadline.boot;
  if (deadline > Duration::zero() && parts_.clock->now().boot >= deadline) {
    return ActionError{ErrorClass::timeout, "its timeout passed before it could begin"};
  }
  if (flight.uses_ability && flight.action->probe() == nullptr) {
    return ActionError{
        ErrorClass::invalid,
        "the action cannot look whether its effect happened; give the step a `probe:`"};
  }
  return std::nullopt;
}

// Only of an attempt that was to run is it known that nothing happened.
void AsioExecutor::Inside::refuse(Flight& flight, ActionError error) {
  if (flight.kind == FlightKind::run) {
    answer(flight, Outcome(NotDone{std::move(error)}));
  } else if (flight.kind == FlightKind::recover) {
    answer(flight, Outcome(Unknown{std::move(error)}));
  } else {
    answer(flight, ProbeAnswer(Unknown{std::move(error)}));
  }
}

void AsioExecutor::Inside::begin(Flight& flight) {
  flight.is_begun = true;
  lane_of(flight).flying += 1;
  const auto deadline = flight.request.deadline.boot;
  if (!flight.is_command() && deadline > Duration::zero()) set_due(flight, deadline);
  asio::co_spawn(*parts_.loop, perform(flight),
                 asio::bind_cancellation_slot(
                     flight.signal.slot(), [this, f = &flight](const std::exception_ptr& failure) {
                       ENSURE(failure == nullptr, "an attempt's coroutine keeps its exceptions");
                       ended(*f);
                     }));
}

// --- answers

void AsioExecutor::Inside::answer(Flight& flight, Outcome outcome) {
  if (flight.is_answered) return;
  name_the_deadline(outcome, flight);
  mask_all(outcome, flight.secrets);
  reach("executor.outcome", flight);
  settle(flight);
  std::exchange(flight.done, nullptr)(std::move(outcome));
}

void AsioExecutor::Inside::answer(Flight& flight, ProbeAnswer found) {
  if (flight.is_answered) return;
  if (auto* error = error_in(found)) error->message = actions::mask(error->message, flight.secrets);
  if (auto* done = std::get_if<Done>(&found)) {
    done->outputs = actions::masked_outputs(std::move(done->outputs), flight.secrets);
  }
  settle(flight);
  std::exchange(flight.probed, nullptr)(std::move(found));
}

void AsioExecutor::Inside::settle(Flight& flight) {
  flight.is_answered = true;
  lane_of(flight).flying -= 1;
  set_due(flight, std::nullopt);
  const auto found = attempts_.find(flight.id);
  if (found != attempts_.end() && found->second == &flight) attempts_.erase(found);
  if (!lane_of(flight).waiting.empty()) drain_soon();
}

void AsioExecutor::Inside::ended(Flight& flight) {
  if (!flight.is_answered) settle(flight);  // left running
  flights_.erase(flight.self);
  close_if_done();
}

// --- performing

awaitable<void> AsioExecutor::Inside::perform(Flight& flight) {
  co_await asio::this_coro::throw_if_cancelled(false);
  if (auto reason = reason_to_refuse(flight)) {
    refuse(flight, std::move(*reason));
    co_return;
  }
  if (is_closing_) co_return;  // only a recovery gets here: its command runs on
  if (flight.kind == FlightKind::probe) {
    co_await perform_probe(flight);
  } else {
    co_await perform_attempt(flight);
  }
  if (flight.command != nullptr) co_await flight.command->reap();
}

awaitable<void> AsioExecutor::Inside::perform_attempt(Flight& flight) {
  const bool is_run = flight.kind == FlightKind::run;
  if (is_run && reach("executor.before_effect", flight) != failpoint::Fault::none) {
    answer(flight, Outcome(NotDone{{ErrorClass::unavailable, "injected: it did not begin"}}));
    co_return;
  }
  Outcome outcome = Unknown{};
  if (flight.is_command()) {
    CommandResult result = co_await perform_command(flight);
    if (std::holds_alternative<LeftRunning>(result)) co_return;
    outcome = interpret(flight, std::move(result));
  } else {
    outcome = co_await perform_action(flight);
  }
  if (is_run && reach("executor.after_effect", flight) != failpoint::Fault::none) {
    outcome = Unknown{{ErrorClass::internal, "injected: the answer is lost"}};
  }
  answer(flight, std::move(outcome));
}

awaitable<void> AsioExecutor::Inside::perform_probe(Flight& flight) {
  ProbeAnswer found = Unknown{};
  if (flight.uses_ability) {
    found = co_await perform_look(flight);
  } else if (flight.is_command()) {
    CommandResult result = co_await perform_command(flight);
    if (std::holds_alternative<LeftRunning>(result)) co_return;
    found = interpret_probe(flight, std::move(result));
    const auto folder = supervisor::attempt_folder(parts_.store_folder, flight.folder_id());
    const auto removed = supervisor::remove_attempt(folder);
    if (!removed) parts_.log->warning(removed.error().message(), {{"step", flight.id.address}});
  } else {
    Outcome outcome = co_await perform_action(flight);
    found = answer_of(std::move(outcome));
  }
  answer(flight, std::move(found));
}

awaitable<Outcome> AsioExecutor::Inside::perform_action(Flight& flight) {
  std::string what;
  try {
    Outcome outcome = co_await flight.action->run(std::move(flight.request));
    co_return outcome;
  } catch (const std::exception& exception) {
    what = exception.what();
  }
  co_return thrown(flight, what);
}

awaitable<ProbeAnswer> AsioExecutor::Inside::perform_look(Flight& flight) {
  std::string what;
  try {
    ProbeAnswer found = co_await flight.action->probe()->probe(std::move(flight.request));
    co_return found;
  } catch (const std::exception& exception) {
    what = exception.what();
  }
  co_return thrown(flight, what);
}

Unknown AsioExecutor::Inside::thrown(const Flight& flight, const std::string& what) {
  const auto message = "the action threw, which is a fault of its own: " + what;
  parts_.log->error("an action threw", {{"action", flight.action->spec().name},
                                        {"step", flight.id.address},
                                        {"what", actions::mask(what, flight.secrets)}});
  return Unknown{{ErrorClass::internal, message}};
}

// --- commands

awaitable<CommandResult> AsioExecutor::Inside::perform_command(Flight& flight) {
  const bool is_probe = flight.kind == FlightKind::probe;
  const auto folder = supervisor::attempt_folder(parts_.store_folder, flight.folder_id());
  const auto cookie = supervisor::attempt_cookie(parts_.store, flight.folder_id());
  const bool is_recovery = flight.kind == FlightKind::recover;
  const SupervisedCommand::World world{parts_.loop, parts_.clock, parts_.host, limits_.grace};
  const supervisor::AttemptTrace trace{folder, cookie,
                                       is_recovery ? flight.started_on : parts_.host};
  flight.command = std::make_unique<SupervisedCommand>(world, trace);
  if (flight.asked_to_end) static_cast<void>(flight.command->cancel());
  if (!is_probe) folders_.insert(flight.id);
  if (is_recovery) {
    CommandResult found =
        co_await flight.command->recover(std::move(flight.adopted), flight.request.deadline);
    co_return found;
  }
  // What an earlier look found says nothing about now; one that still looks is waited for.
  if (is_probe && !is_lived_in(folder)) static_cast<void>(supervisor::remove_attempt(folder));
  auto job = make_job(flight);
  if (!job) co_return not_begun(job.error());
  CommandResult result = co_await flight.command->run(*step_program_, std::move(job).value());
  co_return result;
}

Result<supervisor::Job> AsioExecutor::Inside::make_job(Flight& flight) {
  if (!step_program_) {
    TRY(step_program_, supervisor::StepProgram::embedded(parts_.store_folder));
  }
  TRY(auto line, flight.action->command()->command_line(flight.request));
  line.secrets.insert(line.secrets.end(), flight.secrets.begin(), flight.secrets.end());
  flight.secrets = line.secrets;
  const CommandSite site{parts_.store_folder, parts_.store, parts_.host};
  auto job = job_from(site, flight.folder_id(), flight.request, std::move(line));
  job.leftovers = leftovers_from(flight.leftovers);
  job.grace_ns = limits_.grace.count();
  return job;
}

Outcome AsioExecutor::Inside::interpret(Flight& flight, CommandResult result) {
  if (auto* not_done = std::get_if<NotDone>(&result)) return std::move(*not_done);
  if (auto* failed = std::get_if<Failed>(&result)) return std::move(*failed);
  auto* end = std::get_if<actions::CommandEnd>(&result);
  if (end == nullptr) return std::move(std::get<Unknown>(result));
  correct_the_reason(*end, flight);
  for (const auto& process : end->leftovers) {
    flight.request.progress("it left a process running: " + process);
  }
  auto outcome = flight.action->command()->outcome(flight.request, *end);
  auto* done = std::get_if<Done>(&outcome);
  if (done != nullptr && flight.kind == FlightKind::recover) done->adopted = true;
  return outcome;
}

// A look that did not come to its own end has seen nothing.
ProbeAnswer AsioExecutor::Inside::interpret_probe(Flight& flight, CommandResult result) {
  if (auto* end = std::get_if<actions::CommandEnd>(&result)) {
    correct_the_reason(*end, flight);
    return flight.action->command()->probe_answer(flight.request, *end);
  }
  auto outcome = interpret(flight, std::move(result));
  return Unknown{*error_in(outcome)};
}

// --- time and end

void AsioExecutor::Inside::end_soon(Flight& flight, CancelHow how) {
  flight.asked_to_end = how;
  if (!flight.is_begun) {
    auto& waiting = lane_of(flight).waiting;
    const auto place = std::find(waiting.begin(), waiting.end(), &flight);
    if (place == waiting.end()) return;  // asked twice
    waiting.erase(place);
    refused_.push_back(&flight);
    return drain_soon();
  }
  if (flight.is_command()) {
    if (flight.command == nullptr || flight.command->cancel()) return;
    parts_.log->warning(
        "the command cannot be signalled from here: it ends by itself or by its "
        "timeout; end it where it runs",
        {{"step", flight.id.address}});
    return;
  }
  set_due(flight, parts_.clock->now().boot + limits_.answer);
  end_coroutine(flight);
}

// From inside the loop only: Asio would otherwise keep a pointer into the signal and use it when
// the flight has ended.
void AsioExecutor::Inside::end_coroutine(Flight& flight) {
  asio::post(*parts_.loop, [f = &flight, life = std::weak_ptr<int>(flight.life)] {
    if (!life.expired()) f->signal.emit(asio::cancellation_type::terminal);
  });
}

void AsioExecutor::Inside::cancel(const AttemptId& id, CancelHow how) {
  const auto found = attempts_.find(id);
  if (found != attempts_.end()) end_soon(*found->second, how);
}

void AsioExecutor::Inside::set_due(Flight& flight, std::optional<Duration> due) {
  if (flight.due) due_.erase({*flight.due, &flight});
  flight.due = due;
  if (!due) return;
  due_.insert({*due, &flight});
  arm();
}

void AsioExecutor::Inside::arm() {
  if (due_.empty() || (armed_for_ && *armed_for_ <= due_.begin()->first)) return;
  const auto now = parts_.clock->now().boot;
  armed_for_ = std::min(due_.begin()->first, now + kLongestSleep);
  timer_.expires_after(std::max(*armed_for_ - now, Duration::zero()));
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) on_timer();
  });
}

void AsioExecutor::Inside::on_timer() {
  armed_for_.reset();
  const auto now = parts_.clock->now().boot;
  while (!due_.empty() && due_.begin()->first <= now) {
    auto& flight = *due_.begin()->second;
    if (!flight.asked_to_end) {
      end_soon(flight, CancelHow::deadline);
      continue;
    }
    ActionError silent{
        ErrorClass::timeout,
        "the action was asked to end and did not answer within " + to_string(limits_.answer)};
    parts_.log->error(silent.message,
                      {{"action", flight.action->spec().name}, {"step", flight.id.address}});
    if (flight.kind == FlightKind::probe) {
      answer(flight, ProbeAnswer(Unknown{std::move(silent)}));
    } else {
      answer(flight, Outcome(Unknown{std::move(silent)}));
    }
  }
  arm();
  close_if_done();
}

void AsioExecutor::Inside::forget(const AttemptId& id) {
  if (folders_.erase(id) == 0) return;
  const auto folder = supervisor::attempt_folder(parts_.store_folder, id);
  const auto removed = supervisor::remove_attempt(folder);
  if (!removed) parts_.log->warning(removed.error().message(), {{"step", id.address}});
  supervisor::remove_run_folder(parts_.store_folder, id.run);
}

void AsioExecutor::Inside::sweep(RunId run) {
  std::set<std::string> keep;
  for (const auto& flight : flights_) {
    keep.insert(supervisor::attempt_folder(parts_.store_folder, flight.folder_id()));
  }
  for (const auto& id : folders_) {
    keep.insert(supervisor::attempt_folder(parts_.store_folder, id));
  }
  sweep_run(parts_.store_folder, run, keep);
}

void AsioExecutor::Inside::close(std::function<void()> closed) {
  is_closing_ = true;
  closed_ = std::move(closed);
  for (auto& flight : flights_) {
    if (!flight.is_begun) continue;
    if (flight.command != nullptr) {
      flight.command->leave();
      end_coroutine(flight);
    } else if (!flight.is_answered && !flight.asked_to_end) {
      end_soon(flight, CancelHow::by_request);
    }
  }
  drain_soon();
}

void AsioExecutor::Inside::close_if_done() {
  if (!is_closing_ || !closed_) return;
  const auto is_over = [](const Flight& flight) {
    return flight.is_answered && flight.command == nullptr;  // ended, or silent beyond its limit
  };
  if (!std::all_of(flights_.begin(), flights_.end(), is_over)) return;
  timer_.cancel();
  asio::post(*parts_.loop, std::exchange(closed_, nullptr));
}

// --- the interface

AsioExecutor::AsioExecutor(ExecutorParts parts, ExecutorLimits limits)
    : inside_(std::make_unique<Inside>(std::move(parts), limits)) {}

AsioExecutor::~AsioExecutor() = default;

void AsioExecutor::run(Attempt attempt, OnOutcome done) {
  const std::string uses = attempt.uses;
  auto& flight = inside_->add(FlightKind::run, std::move(attempt), uses);
  flight.done = std::move(done);
  inside_->ask(flight);
}

void AsioExecutor::recover(Attempt attempt, std::function<void(std::string)> adopted,
                           OnOutcome done) {
  const std::string uses = attempt.uses;
  auto& flight = inside_->add(FlightKind::recover, std::move(attempt), uses);
  flight.adopted = std::move(adopted);
  flight.done = std::move(done);
  inside_->ask(flight);
}

void AsioExecutor::probe(Attempt attempt, const runbooks::ActionUse* probe_use,
                         Value::Map probe_with, OnProbed done) {
  const std::string uses = probe_use == nullptr ? attempt.uses : probe_use->uses;
  if (probe_use != nullptr) {
    attempt.with = std::move(probe_with);
    attempt.outputs = probe_use->outputs;
  }
  auto& flight = inside_->add(FlightKind::probe, std::move(attempt), uses);
  flight.uses_ability = probe_use == nullptr;
  flight.probed = std::move(done);
  inside_->ask(flight);
}

void AsioExecutor::cancel(const AttemptId& id, CancelHow how) {
  inside_->cancel(id, how);
}
void AsioExecutor::forget(const AttemptId& id) {
  inside_->forget(id);
}
void AsioExecutor::sweep(RunId run) {
  inside_->sweep(run);
}
void AsioExecutor::close(std::function<void()> closed) {
  inside_->close(std::move(closed));
}
std::size_t AsioExecutor::in_flight() const {
  return inside_->in_flight();
}

}  // namespace rung::engine
