#pragma once

#include <string>

namespace rung::bench {

// Terminals that drive one run: each time the engine is killed, the next one goes on. From the
// SIGKILL to the claim in the journal, `times` over.
void take_over(const std::string& rung, int times);

// An engine in one terminal, consent from another: from the begin of `rung approve` to the intent
// of the next effect in the journal, `times` over.
void approve(const std::string& rung, int times);

}  // namespace rung::bench
