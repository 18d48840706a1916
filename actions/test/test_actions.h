#pragma once

#include "actions/registry.h"

namespace rung::actions {

// Actions for tests and benchmarks; no shipped assembly registers them.
//
//   test.noop    does nothing and yields `result`; of the class `class` (once)
//   test.effect  appends "KEY ADDRESS ATTEMPT\n" to the file `witness`: an effect that can be
//                counted from outside. `fail` says what the first `failures` attempts answer
//                instead (failed, not_done, unknown: with the effect done). Its probe looks for the
//                key.
Result<void> register_test_actions(Registry& registry);

}  // namespace rung::actions
