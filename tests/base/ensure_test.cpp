#include "base/ensure.h"

#include <gtest/gtest.h>

namespace rung {
namespace {

TEST(EnsureDeathTest, AbortsAndSaysWhatWasBrokenAndWhere) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(ENSURE(1 == 2, "one is one"), "bug: one is one .*1 == 2.*ensure_test.cpp:[0-9]+");
}

TEST(Ensure, DoesNothingWhereTheInvariantHolds) {
  ENSURE(1 == 1, "one is one");
}

}  // namespace
}  // namespace rung
