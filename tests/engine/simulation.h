#pragma once

#include "engine/engine.h"
#include "scripting/evaluator.h"
#include "state/memory_store.h"
#include "tests/engine/sim_world.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rung::engine::testing {

// One run of one plan from its creation to its end, by the real engine on a store in memory: with
// crashes, lost replies, a store that goes down, and an operator who answers what is asked. The
// seed decides everything.
class Simulation {
 public:
  struct Options {
    std::uint64_t seed = 1;
    SimWorld::Odds odds;
    int crash = 40;  // per mille of the scheduler's moves
    int store_fails = 10;
    std::optional<std::size_t> crash_at_move;  // exactly then, and never else
    std::shared_ptr<state::MemoryDisk>
        disk;           // with run 1 begun by an earlier rung; its effects are not witnessed
    bool calm = false;  // no crash, no fault
  };
  struct Result {
    bool has_ended = false;
    state::RunStatus status = state::RunStatus::queued;
    std::vector<std::string> broken;  // invariants that did not hold
    std::size_t moves = 0;
    std::size_t crashes = 0;
    std::vector<state::Event> events;
  };

  Simulation(runbooks::Plan plan, Options options, scripting::Evaluator& evaluator);
  ~Simulation();
  Result run_to_end();
  const SimWorld& world() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace rung::engine::testing
