#pragma once

#include "engine/core/state.h"

namespace rung::engine {

// How often and how late a step is tried again: its own `retry:`, else the plan's default for
// uses that may be repeated, else once.
runbooks::Retry retry_policy(const Plan& plan, const runbooks::Step& step,
                             EffectClass effect_class);

// Whether the policy grants one more try after `attempts` tries ended with this error.
bool grants_retry(const runbooks::Retry& policy, std::int64_t attempts, ErrorClass error);

// The pause before try `attempts + 1`: doubling from `delay` to `max_delay`, between half and all
// of it by a jitter that depends on nothing but the run's seed, the step and the try.
Duration retry_delay(const runbooks::Retry& policy, std::int64_t attempts, std::uint64_t jitter);
std::uint64_t jitter_of(const RunState& run, const std::string& address, std::int64_t attempts);

}  // namespace rung::engine
