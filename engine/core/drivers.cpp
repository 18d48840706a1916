#include "engine/core/drivers.h"

#include <algorithm>

namespace rung::engine {

void note_claim(RunState& run, const state::RunClaimed& claim) {
  run.claim = claim;
  run.claims += 1;
  run.released_at.reset();
  const auto known = std::find(run.hosts.begin(), run.hosts.end(), claim.host);
  run.claimed_host = static_cast<std::uint16_t>(known - run.hosts.begin());
  if (known == run.hosts.end()) run.hosts.push_back(claim.host);
}

Result<void> note_release(RunState& run, TimePoint at) {
  if (!run.claim) return Error(ErrorCode::corrupt, "run.released, and no engine drives the run");
  run.released_at = at;
  return success();
}

}  // namespace rung::engine
