#include "engine/core/retry.h"

#include <algorithm>

namespace rung::engine {

runbooks::Retry retry_policy(const Plan& plan, const runbooks::Step& step,
                             EffectClass effect_class) {
  if (step.retry) return *step.retry;
  switch (effect_class) {
    case EffectClass::read:
    case EffectClass::idempotent:
    case EffectClass::keyed: return plan.default_retry;
    case EffectClass::probe:
    case EffectClass::once: break;
  }
  return runbooks::Retry{};
}

bool grants_retry(const runbooks::Retry& policy, std::int64_t attempts, ErrorClass error) {
  if (attempts >= policy.attempts) return false;
  return policy.errors.empty() ||
         std::find(policy.errors.begin(), policy.errors.end(), error) != policy.errors.end();
}

Duration retry_delay(const runbooks::Retry& policy, std::int64_t attempts, std::uint64_t jitter) {
  Duration delay = policy.delay;
  for (std::int64_t n = 1; n < attempts && delay < policy.max_delay; ++n) {
    delay = delay > policy.max_delay / 2 ? policy.max_delay : delay * 2;
  }
  if (policy.max_delay > Duration::zero()) delay = std::min(delay, policy.max_delay);
  const Duration half = delay / 2;
  const auto spread = static_cast<std::uint64_t>(half.count()) + 1;
  return delay - half + Duration(static_cast<std::int64_t>(jitter % spread));
}

std::uint64_t jitter_of(const RunState& run, const std::string& address, std::int64_t attempts) {
  const Sha256 hash =
      sha256({std::to_string(run.created->seed), "/", address, "/", std::to_string(attempts)});
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | hash[static_cast<std::size_t>(i)];
  return number;
}

}  // namespace rung::engine
