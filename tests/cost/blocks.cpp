#include "tests/cost/blocks.h"

namespace {
std::int64_t executed = 0;
}

// What the compiler calls at the begin of each basic block.
extern "C" void __sanitizer_cov_trace_pc() {  // NOLINT(bugprone-reserved-identifier)
  executed += 1;
}

std::int64_t rung::cost::blocks() {
  return executed;
}
