#include "engine/executor/flight_outcome.h"

#include "actions/secrets.h"

namespace rung::engine {
namespace {

ActionError* error_in(Outcome& outcome) {
  if (auto* e = std::get_if<NotDone>(&outcome)) return &e->error;
  if (auto* e = std::get_if<Failed>(&outcome)) return &e->error;
  if (auto* e = std::get_if<Unknown>(&outcome)) return &e->error;
  return nullptr;
}

ActionError* error_in(ProbeAnswer& answer) {
  if (auto* e = std::get_if<NotDone>(&answer)) return &e->error;
  if (auto* e = std::get_if<Unknown>(&answer)) return &e->error;
  return nullptr;
}

void mask_all(Value::Map& outputs, const std::vector<std::string>& secrets) {
  outputs = actions::masked_outputs(std::move(outputs), secrets);
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

// The supervisor was asked to end it; that it was for its time is known here.
void correct_the_reason(actions::CommandEnd& end, const Flight& flight) {
  using How = actions::CommandEnd::How;
  const bool was_late = flight.asked_to_end == CancelHow::deadline;
  if (end.how == How::cancelled && was_late) end.how = How::deadline;
}

}  // namespace

void make_reportable(Outcome& outcome, const Flight& flight) {
  name_the_deadline(outcome, flight);
  if (flight.secrets.empty()) return;
  if (auto* error = error_in(outcome))
    error->message = actions::mask(error->message, flight.secrets);
  if (auto* done = std::get_if<Done>(&outcome)) mask_all(done->outputs, flight.secrets);
}

void make_reportable(ProbeAnswer& answer, const Flight& flight) {
  if (auto* error = error_in(answer))
    error->message = actions::mask(error->message, flight.secrets);
  if (auto* done = std::get_if<Done>(&answer)) mask_all(done->outputs, flight.secrets);
}

ProbeAnswer answer_of(Outcome outcome) {
  if (auto* done = std::get_if<Done>(&outcome)) return std::move(*done);
  const auto& error = *error_of(outcome);
  const bool is_absent =
      std::holds_alternative<Failed>(outcome) && error.error_class == ErrorClass::not_found;
  if (is_absent) return NotDone{error};
  return Unknown{error};
}

Outcome interpret(Flight& flight, CommandResult result) {
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

ProbeAnswer interpret_probe(Flight& flight, CommandResult result) {
  if (auto* end = std::get_if<actions::CommandEnd>(&result)) {
    correct_the_reason(*end, flight);
    return flight.action->command()->probe_answer(flight.request, *end);
  }
  auto outcome = interpret(flight, std::move(result));
  return Unknown{*error_in(outcome)};
}

}  // namespace rung::engine
