#include "engine/core/transitions.h"

#include "engine/core/retry.h"

#include <gtest/gtest.h>

namespace rung::engine {
namespace {

using namespace std::chrono_literals;

constexpr StepStatus kAll[] = {StepStatus::waiting,  StepStatus::running,   StepStatus::backing_off,
                               StepStatus::in_doubt, StepStatus::succeeded, StepStatus::failed,
                               StepStatus::skipped,  StepStatus::undone};

TEST(Transitions, EveryStatusButWaitingIsReached) {
  for (const StepStatus status : kAll) {
    bool is_reached = status == StepStatus::waiting;
    for (const Transition& t : kStepTransitions) is_reached = is_reached || t.to == status;
    EXPECT_TRUE(is_reached) << name_of(status);
  }
}

TEST(RetryPolicy, DoublesTheWaitUpToItsBound) {
  const runbooks::Retry policy{9, 1s, 30s, {}};
  for (const auto& [attempts, longest] : {std::pair{1, 1s}, {2, 2s}, {3, 4s}, {4, 8s}, {9, 30s}}) {
    for (const std::uint64_t jitter : {std::uint64_t{0}, std::uint64_t{12345678901}, UINT64_MAX}) {
      EXPECT_LE(retry_delay(policy, attempts, jitter), longest);
      EXPECT_GE(retry_delay(policy, attempts, jitter), longest / 2);
    }
  }
}

TEST(RetryPolicy, NeverGrantsMoreThanItsTries) {
  const runbooks::Retry policy{3, 1s, 30s, {}};
  EXPECT_TRUE(grants_retry(policy, 2, ErrorClass::network));
  EXPECT_FALSE(grants_retry(policy, 3, ErrorClass::network));
}

}  // namespace
}  // namespace rung::engine
