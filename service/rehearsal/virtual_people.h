#pragma once

#include "engine/core/command.h"
#include "engine/core/state.h"
#include "runbooks/test_file.h"

#include <functional>
#include <optional>
#include <vector>

namespace rung::service {

// The people of one case: each act is done once, as soon as the run lets somebody do it and its
// delay has passed. Knows the run only as it is on disk, as people do.
class VirtualPeople {
 public:
  explicit VirtualPeople(const std::vector<runbooks::Act>& acts);

  // The run is so now; `begun` is when it began, by the clock's `boot`.
  void look(const engine::Graph& graph, const engine::RunState& run, Duration now, Duration begun);
  std::optional<Duration> next_due() const;
  // What is to be done by now, each once.
  struct Due {
    const runbooks::Act* act = nullptr;
    engine::Command command;
  };
  std::vector<Due> take_due(Duration now);
  // Those whose moment never came.
  std::vector<const runbooks::Act*> left() const;

 private:
  struct Planned {
    const runbooks::Act* act = nullptr;
    std::optional<Duration> due;
    bool is_done = false;
  };
  bool is_turn(const Planned& planned) const;

  std::vector<Planned> acts_;
};

}  // namespace rung::service
