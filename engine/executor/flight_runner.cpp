#include "engine/executor/flight_runner.h"

#include "actions/secrets.h"
#include "engine/executor/attempt_job.h"
#include "engine/executor/flight_outcome.h"
#include "engine/executor/sweep.h"
#include "engine/supervisor/attempt_folder.h"

#include <utility>

namespace rung::engine {

failpoint::Fault reach(std::string_view site, const Flight& flight) {
  if (!failpoint::enabled.load(std::memory_order_relaxed)) [[likely]] {
    return failpoint::Fault::none;
  }
  return failpoint::reach_slow(site, flight.id.address + "." + std::to_string(flight.id.attempt));
}

namespace {

// Faults that tests inject around an effect; there are none around a look.
bool fails_before(const Flight& flight) {
  return flight.kind == FlightKind::run &&
         reach("executor.before_effect", flight) != failpoint::Fault::none;
}
Outcome injected_before() {
  return NotDone{{ErrorClass::unavailable, "injected: it did not begin"}};
}
bool fails_after(const Flight& flight) {
  return flight.kind == FlightKind::run &&
         reach("executor.after_effect", flight) != failpoint::Fault::none;
}
Outcome injected_after() {
  return Unknown{{ErrorClass::internal, "injected: the answer is lost"}};
}

awaitable<Outcome> work_of(Flight& flight) {
  auto& request = flight.request;
  auto* participant = request.transaction.empty() ? nullptr : flight.action->participant();
  if (participant == nullptr) return flight.action->run(std::move(request));
  switch (flight.turn) {
    case state::Turn::commit: return participant->commit(std::move(request));
    case state::Turn::rollback: return participant->rollback(std::move(request));
    case state::Turn::work: break;
  }
  return participant->prepare(std::move(request));
}

}  // namespace

awaitable<Outcome> FlightRunner::perform_action(Flight& flight) {
  if (fails_before(flight)) co_return injected_before();
  Outcome outcome = Unknown{};
  try {
    outcome = co_await work_of(flight);
  } catch (const std::exception& exception) {
    outcome = thrown(flight, exception.what());
  }
  if (fails_after(flight)) outcome = injected_after();
  co_return outcome;
}

awaitable<std::optional<Outcome>> FlightRunner::perform_command(Flight& flight) {
  if (fails_before(flight)) co_return injected_before();
  CommandResult result = co_await run_command(flight);
  if (std::holds_alternative<LeftRunning>(result)) co_return std::nullopt;
  Outcome outcome = interpret(flight, std::move(result));
  if (fails_after(flight)) outcome = injected_after();
  co_return outcome;
}

awaitable<std::optional<ProbeAnswer>> FlightRunner::perform_probe(Flight& flight) {
  ProbeAnswer found = Unknown{};
  if (flight.uses_ability) {
    found = co_await perform_look(flight);
  } else if (flight.is_command()) {
    CommandResult result = co_await run_command(flight);
    if (std::holds_alternative<LeftRunning>(result)) co_return std::nullopt;
    found = flight.kind == FlightKind::look ? answer_of(interpret(flight, std::move(result)))
                                            : interpret_probe(flight, std::move(result));
    remove_folder(flight.folder_id());
    if (flight.kind == FlightKind::look)
      supervisor::remove_run_folder(parts_.store_folder, flight.id.run);
  } else {
    Outcome outcome = co_await perform_action(flight);
    found = answer_of(std::move(outcome));
  }
  co_return found;
}

awaitable<ProbeAnswer> FlightRunner::perform_look(Flight& flight) {
  std::string what;
  try {
    ProbeAnswer found = co_await flight.action->probe()->probe(std::move(flight.request));
    co_return found;
  } catch (const std::exception& exception) {
    what = exception.what();
  }
  co_return thrown(flight, what);
}

Unknown FlightRunner::thrown(const Flight& flight, const std::string& what) {
  const auto message = "the action threw, which is a fault of its own: " + what;
  parts_.log->error("an action threw", {{"action", flight.action->spec().name},
                                        {"step", flight.id.address},
                                        {"what", actions::mask(what, flight.secrets)}});
  return Unknown{{ErrorClass::internal, message}};
}

awaitable<CommandResult> FlightRunner::run_command(Flight& flight) {
  const bool is_probe = flight.only_looks();
  const auto folder = supervisor::attempt_folder(parts_.store_folder, flight.folder_id());
  const auto cookie = supervisor::attempt_cookie(parts_.store, flight.folder_id());
  const bool is_recovery = flight.kind == FlightKind::recover;
  const SupervisedCommand::World world{parts_.loop, parts_.clock, parts_.host, grace_};
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

Result<supervisor::Job> FlightRunner::make_job(Flight& flight) {
  if (!step_program_) {
    TRY(step_program_, supervisor::StepProgram::embedded(parts_.store_folder));
  }
  TRY(auto line, flight.action->command()->command_line(flight.request));
  line.secrets.insert(line.secrets.end(), flight.secrets.begin(), flight.secrets.end());
  flight.secrets = line.secrets;
  const CommandSite site{parts_.store_folder, parts_.store, parts_.host};
  auto job = job_from(site, flight.folder_id(), flight.request, std::move(line));
  job.leftovers = leftovers_from(flight.leftovers);
  job.grace_ns = grace_.count();
  return job;
}

void FlightRunner::forget(const AttemptId& id) {
  if (folders_.erase(id) == 0) return;
  remove_folder(id);
  supervisor::remove_run_folder(parts_.store_folder, id.run);
}

void FlightRunner::remove_folder(const AttemptId& id) {
  const auto removed =
      supervisor::remove_attempt(supervisor::attempt_folder(parts_.store_folder, id));
  if (!removed) parts_.log->warning(removed.error().message(), {{"step", id.address}});
}

void FlightRunner::sweep(RunId run, std::set<std::string> keep) {
  for (const auto& id : folders_) {
    keep.insert(supervisor::attempt_folder(parts_.store_folder, id));
  }
  sweep_run(parts_.store_folder, run, keep);
}

}  // namespace rung::engine
