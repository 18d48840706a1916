#pragma once

#include "base/hash.h"
#include "base/result.h"
#include "state/codec.h"

#include <vector>

namespace rung::state {

// The hash of an event and of everything before it in its run:
//   sha256(previous hash (32 bytes) "TYPE VERSION AT LENGTH_OF_STEP\n" STEP PAYLOAD)
// with the numbers in decimal, AT in nanoseconds. Before the first event it is 32 zero bytes.
Sha256 chain(const Sha256& previous, const EncodedEvent& event);

// An event as a store gives it back.
struct Recorded {
  EncodedEvent event;
  Sha256 hash{};
};

// The events of a whole journal, from its first. corrupt: the chain is broken, or an event does
// not decode; conflict: one of them needs a newer rung. The message names the event.
Result<std::vector<Event>> decode_journal(RunId run, const std::vector<Recorded>& rows);
// The chain alone.
Result<void> verify_chain(RunId run, const std::vector<Recorded>& rows);

}  // namespace rung::state
