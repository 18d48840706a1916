#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "service/store_place.h"

namespace rung::service {

// Starts an engine for this run that needs no terminal: `rung resume RUN --wait`, a session of its
// own, its messages in STORE.d/engine.log. The answer is its pid. It takes the store as soon as it
// is free.
Result<std::int64_t> continue_in_background(const StorePlace& place, RunId run);

}  // namespace rung::service
