#pragma once

namespace rung {

// Logs the broken invariant and aborts, in release too: recovery is by design cheap,
// journaling nonsense is not.
[[noreturn]] void invariant_broken(const char* condition, const char* why, const char* file,
                                   int line);

}  // namespace rung

#define ENSURE(condition, why)        \
  ((condition) ? static_cast<void>(0) \
               : ::rung::invariant_broken(#condition, why, __FILE__, __LINE__))
