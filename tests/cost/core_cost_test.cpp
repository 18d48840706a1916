#include "tests/cost/blocks.h"
#include "tests/cost/drive.h"

#include <gmock/gmock.h>

#include <functional>
#include <iostream>

namespace rung::cost {
namespace {

using namespace engine;           // NOLINT(google-build-using-namespace)
using namespace engine::testing;  // NOLINT(google-build-using-namespace)
using state::RunStatus;

std::shared_ptr<const Graph> graph_of(PlanBuilder builder) {
  return std::make_shared<const Graph>(builder.plan());
}

std::string name(int n) {
  return "s" + std::to_string(n);
}

PlanBuilder chain(int steps) {
  PlanBuilder plan;
  for (int n = 0; n < steps; ++n) plan.step(effect(name(n)));
  return plan;
}

PlanBuilder all_at_once(int steps, const std::function<StepBuilder(int)>& step_of) {
  StepBuilder all = parallel("all", {});
  for (int n = 0; n < steps; ++n) all.child(step_of(n));
  PlanBuilder plan;
  plan.step(std::move(all));
  return plan;
}

// Each work drives a run of `steps` steps, and says how many blocks that took.
using Work = std::function<std::int64_t(int steps)>;

std::int64_t drive(PlanBuilder builder, RunStatus end, Drive::OutcomeOf outcome_of = nullptr) {
  const auto graph = graph_of(std::move(builder));
  const std::int64_t before = blocks();
  Drive run(graph, std::move(outcome_of));
  run.to_the_end();
  EXPECT_EQ(run.status(), end);
  return blocks() - before;
}

std::int64_t one_after_the_other(int steps) {
  return drive(chain(steps), RunStatus::succeeded);
}
std::int64_t side_by_side(int steps) {
  return drive(all_at_once(steps, [](int n) { return effect(name(n)); }), RunStatus::succeeded);
}
std::int64_t retried_side_by_side(int steps) {
  const auto keyed = [](int n) { return effect(name(n), EffectClass::keyed); };
  return drive(all_at_once(steps, keyed), RunStatus::succeeded,
               [](NodeIndex, std::int64_t attempt) {
                 if (attempt > 1) return Outcome(Done{});
                 return Outcome(NotDone{{ErrorClass::network, "refused"}});
               });
}
std::int64_t waiting_side_by_side(int steps) {
  const auto nap = [](int n) { return wait_for(name(n), std::chrono::seconds(1 + n)); };
  return drive(all_at_once(steps, nap), RunStatus::succeeded);
}
std::int64_t failing_side_by_side(int steps) {
  PlanBuilder plan = all_at_once(steps, [](int n) { return effect(name(n)); });
  plan.on_failure(runbooks::OnFailure::fail);
  return drive(std::move(plan), RunStatus::failed, [](NodeIndex, std::int64_t) {
    return Outcome(Failed{{ErrorClass::refused, "no"}});
  });
}
std::int64_t as_a_graph(int steps) {
  PlanBuilder builder = chain(steps);
  Plan plan = builder.plan();
  for (std::uint32_t n = 4; n < plan.steps.size(); ++n)
    plan.steps[n].needs = {StepIndex{n - 2}, StepIndex{n - 1}};
  const auto graph = std::make_shared<const Graph>(std::move(plan));
  const std::int64_t before = blocks();
  Drive run(graph);
  run.to_the_end();
  EXPECT_EQ(run.status(), RunStatus::succeeded);
  return blocks() - before;
}
std::int64_t undone(int steps) {
  PlanBuilder plan;
  for (int n = 0; n < steps; ++n) plan.step(effect(name(n)).undo());
  plan.step(effect("last"));
  plan.on_failure(runbooks::OnFailure::undo_run);
  const NodeIndex last{static_cast<std::uint32_t>(2 + 2 * steps)};
  return drive(std::move(plan), RunStatus::undone, [last](NodeIndex i, std::int64_t) {
    if (i != last) return Outcome(Done{});
    return Outcome(Failed{{ErrorClass::refused, "no"}});
  });
}
std::int64_t recovered(int steps) {
  Drive run(graph_of(chain(steps)));
  run.to_the_end();
  EXPECT_EQ(run.status(), RunStatus::succeeded);
  const std::int64_t before = blocks();
  const auto folded = fold(*graph_of(chain(steps)), RunId{42}, run.journal());
  EXPECT_TRUE(folded.has_value());
  return blocks() - before;
}
std::int64_t recovered_in_flight(int steps) {
  Drive run(graph_of(all_at_once(steps, [](int n) { return effect(name(n)); })));
  run.begin_all();
  const std::int64_t before = blocks();
  run.recover();
  return blocks() - before;
}

struct Case {
  std::string name;
  Work work;
};

class Cost : public ::testing::TestWithParam<Case> {};

// Ten times the steps: ten times the work, and a little for the depth of ordered maps.
TEST_P(Cost, GrowsWithTheStepsAndNotFaster) {
  const std::int64_t small = GetParam().work(1'000);
  const std::int64_t medium = GetParam().work(10'000);
  const std::int64_t large = GetParam().work(100'000);
  RecordProperty("blocks_a_step_of_1000", static_cast<int>(small / 1'000));
  RecordProperty("blocks_a_step_of_100000", static_cast<int>(large / 100'000));
  EXPECT_LE(medium, 14 * small) << small / 1'000 << " blocks a step of 1,000";
  EXPECT_LE(large, 14 * medium) << medium / 10'000 << " blocks a step of 10,000";
  std::cout << "blocks a step: " << small / 1'000 << ", " << medium / 10'000 << ", "
            << large / 100'000 << "\n";
}

INSTANTIATE_TEST_SUITE_P(
    Core, Cost,
    ::testing::Values(Case{"OfAChain", one_after_the_other}, Case{"OfParallelSteps", side_by_side},
                      Case{"OfParallelRetries", retried_side_by_side},
                      Case{"OfParallelWaits", waiting_side_by_side},
                      Case{"OfParallelFailures", failing_side_by_side},
                      Case{"OfAGraph", as_a_graph}, Case{"OfAnUndo", undone},
                      Case{"OfTheRecoveryOfAChain", recovered},
                      Case{"OfTheRecoveryOfWhatIsInFlight", recovered_in_flight}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace rung::cost
