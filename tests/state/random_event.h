#pragma once

#include "base/random.h"
#include "state/event.h"

namespace rung::state {

// Any event, with any content that a journal can hold. The same for the same random numbers.
Event random_event(Random& random);

}  // namespace rung::state
