#pragma once

#include "engine/executor/command_result.h"
#include "engine/executor/flight.h"

namespace rung::engine {

// What an attempt or a probe yielded, made fit for the journal.

// Secrets masked in messages and outputs; that it was ended for its time is named where the action
// only knows that it was asked to end.
void make_reportable(Outcome& outcome, const Flight& flight);
void make_reportable(ProbeAnswer& answer, const Flight& flight);

// A probe that is an ordinary use of an action: it found the thing, or found that it is not there.
ProbeAnswer answer_of(Outcome outcome);

// The outcome of a command by its action. The result is no LeftRunning.
Outcome interpret(Flight& flight, CommandResult result);
// The same for a command that looks. One that did not come to its own end has seen nothing.
ProbeAnswer interpret_probe(Flight& flight, CommandResult result);

}  // namespace rung::engine
