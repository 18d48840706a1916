#include "base/ensure.h"

#include <cstdio>
#include <cstdlib>

namespace rung {

void invariant_broken(const char* condition, const char* why, const char* file, int line) {
  std::fprintf(stderr,
               "rung: bug: %s (%s) at %s:%d; the run goes on from its journal at the next start\n",
               why, condition, file, line);
  std::abort();
}

}  // namespace rung
