#include "engine/executor/asio_executor.h"

#include "actions/secrets.h"
#include "base/ensure.h"
#include "engine/executor/attempt_job.h"
#include "engine/executor/deadlines.h"
#include "engine/executor/flight.h"
#include "engine/executor/flight_outcome.h"
#include "engine/executor/flight_runner.h"
#include "engine/supervisor/attempt_folder.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <set>

namespace rung::engine {
namespace asio = boost::asio;

class AsioExecutor::Inside {
 public:
  Inside(ExecutorParts parts, ExecutorLimits limits)
      : parts_(std::move(parts)),
        limits_(limits),
        runner_(parts_, limits_.grace),
        deadlines_(*parts_.loop, *parts_.clock, [this](Flight& flight) { on_due(flight); }) {
    actions_.limit = limits_.inside;
    commands_.limit = limits_.commands;
  }

  Flight& add(FlightKind kind, Attempt&& attempt);
  void conform_target(Flight& flight);
  void ask(Flight& flight);
  void cancel(const AttemptId& id, CancelHow how);
  void forget(const AttemptId& id) { runner_.forget(id); }
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
  void on_due(Flight& flight);

  const ExecutorParts parts_;
  const ExecutorLimits limits_;
  FlightRunner runner_;
  std::list<Flight> flights_;
  std::map<AttemptId, Flight*> attempts_;  // of kind run and recover, not yet answered
  Lane actions_;
  Lane commands_;
  std::deque<Flight*> refused_;  // asked to end while they waited
  Deadlines deadlines_;
  bool is_drain_posted_ = false;
  bool is_closing_ = false;
  std::function<void()> closed_;
};

// --- what is asked for, and the order in which it begins

Flight& AsioExecutor::Inside::add(FlightKind kind, Attempt&& attempt) {
  auto& flight = flights_.emplace_back();
  flight.self = std::prev(flights_.end());
  flight.kind = kind;
  flight.action = parts_.registry->find(attempt.uses);
  flight.secrets = attempt.secrets;
  flight.leftovers = std::move(attempt.leftovers);
  flight.started_on = std::move(attempt.started_on);
  flight.turn = attempt.turn;
  flight.request = request_for(attempt);
  flight.id = std::move(attempt.id);
  flight.request.clock = parts_.clock;
  flight.request.log = parts_.log;
  for (auto& secret : actions::secret_contents(flight.request.with)) {
    flight.secrets.push_back(std::move(secret));
  }
  if (flight.request.target) conform_target(flight);
  if (parts_.progress) {
    flight.request.progress = [this, f = &flight](const std::string& line) {
      parts_.progress(f->id, actions::mask(line, f->secrets));
    };
  }
  if (kind != FlightKind::probe) attempts_.insert_or_assign(flight.id, &flight);
  return flight;
}

void AsioExecutor::Inside::conform_target(Flight& flight) {
  for (auto& secret : actions::secret_contents(flight.request.target->fields)) {
    flight.secrets.push_back(std::move(secret));
  }
  auto target = parts_.registry->conform(std::move(*flight.request.target));
  if (target) {
    flight.request.target = std::move(target).value();
  } else {
    flight.bad_target =
        ActionError{ErrorClass::invalid, actions::mask(target.error().message(), flight.secrets)};
  }
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
  if (flight.bad_target && flight.kind != FlightKind::recover) return flight.bad_target;
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
  if (!flight.request.transaction.empty() && flight.action->participant() == nullptr) {
    return ActionError{ErrorClass::invalid, "the action cannot take part in a transaction"};
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
  if (!flight.is_command() && deadline > Duration::zero()) deadlines_.set(flight, deadline);
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
  make_reportable(outcome, flight);
  reach("executor.outcome", flight);
  settle(flight);
  std::exchange(flight.done, nullptr)(std::move(outcome));
}

void AsioExecutor::Inside::answer(Flight& flight, ProbeAnswer found) {
  if (flight.is_answered) return;
  make_reportable(found, flight);
  settle(flight);
  std::exchange(flight.probed, nullptr)(std::move(found));
}

void AsioExecutor::Inside::settle(Flight& flight) {
  flight.is_answered = true;
  lane_of(flight).flying -= 1;
  deadlines_.set(flight, std::nullopt);
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
  if (flight.only_looks()) {
    std::optional<ProbeAnswer> found = co_await runner_.perform_probe(flight);
    if (!found) co_return;
    answer(flight, std::move(*found));
  } else if (flight.is_command()) {
    std::optional<Outcome> outcome = co_await runner_.perform_command(flight);
    if (!outcome) co_return;
    answer(flight, std::move(*outcome));
  } else {
    Outcome outcome = co_await runner_.perform_action(flight);
    answer(flight, std::move(outcome));
  }
  if (flight.command != nullptr) co_await flight.command->reap();
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
  deadlines_.set(flight, parts_.clock->now().boot + limits_.answer);
  end_coroutine(flight);
}

// From inside the loop only: Asio would otherwise keep a pointer into the signal and use it when
// the flight has ended.
void AsioExecutor::Inside::end_coroutine(Flight& flight) {
  if (!flight.life) flight.life = std::make_shared<int>(0);
  asio::post(*parts_.loop, [f = &flight, life = std::weak_ptr<int>(flight.life)] {
    if (!life.expired()) f->signal.emit(asio::cancellation_type::terminal);
  });
}

void AsioExecutor::Inside::cancel(const AttemptId& id, CancelHow how) {
  const auto found = attempts_.find(id);
  if (found != attempts_.end()) end_soon(*found->second, how);
}

void AsioExecutor::Inside::on_due(Flight& flight) {
  if (!flight.asked_to_end) return end_soon(flight, CancelHow::deadline);
  ActionError silent{ErrorClass::timeout, "the action was asked to end and did not answer within " +
                                              to_string(limits_.answer)};
  parts_.log->error(silent.message,
                    {{"action", flight.action->spec().name}, {"step", flight.id.address}});
  if (flight.only_looks()) {
    answer(flight, ProbeAnswer(Unknown{std::move(silent)}));
  } else {
    answer(flight, Outcome(Unknown{std::move(silent)}));
  }
  close_if_done();
}

void AsioExecutor::Inside::sweep(RunId run) {
  std::set<std::string> keep;
  for (const auto& flight : flights_) {
    keep.insert(supervisor::attempt_folder(parts_.store_folder, flight.folder_id()));
  }
  runner_.sweep(run, std::move(keep));
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
  deadlines_.stop();
  asio::post(*parts_.loop, std::exchange(closed_, nullptr));
}

// --- the interface

AsioExecutor::AsioExecutor(ExecutorParts parts, ExecutorLimits limits)
    : inside_(std::make_unique<Inside>(std::move(parts), limits)) {}

AsioExecutor::~AsioExecutor() = default;

void AsioExecutor::run(Attempt attempt, OnOutcome done) {
  auto& flight = inside_->add(FlightKind::run, std::move(attempt));
  flight.done = std::move(done);
  inside_->ask(flight);
}

void AsioExecutor::recover(Attempt attempt, std::function<void(std::string)> adopted,
                           OnOutcome done) {
  auto& flight = inside_->add(FlightKind::recover, std::move(attempt));
  flight.adopted = std::move(adopted);
  flight.done = std::move(done);
  inside_->ask(flight);
}

void AsioExecutor::probe(Attempt attempt, const runbooks::ActionUse* probe_use,
                         Value::Map probe_with, OnProbed done) {
  if (probe_use != nullptr) {
    attempt.uses = probe_use->uses;
    attempt.with = std::move(probe_with);
    attempt.outputs = probe_use->outputs;
  }
  auto& flight = inside_->add(FlightKind::probe, std::move(attempt));
  flight.uses_ability = probe_use == nullptr;
  flight.probed = std::move(done);
  inside_->ask(flight);
}

void AsioExecutor::look(Attempt attempt, OnProbed done) {
  auto& flight = inside_->add(FlightKind::look, std::move(attempt));
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
