#pragma once

#include <string>

namespace rung::bench {

// Ten thousand waiting runs in a store, with so many finished ones beside them: how long until an
// engine is ready, and how much memory it has then, beside one on an empty store. `self` is this
// program: each opening is a process of its own.
void waiting_runs(const std::string& self, int finished);

// What such a process does: opens the store in `folder`, prints milliseconds and KiB.
int open_and_tell(const std::string& folder);

}  // namespace rung::bench
