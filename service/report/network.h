#pragma once

#include "service/report/lives.h"

#include <cstdint>

namespace rung::service {

// Which steps of a run stood behind which others, with their times: what a critical path is found
// in. Made from the plan's `needs`; where the plan does not know a step (an item of a loop), what
// ended last beside it before it began.
struct NetworkNode {
  std::string address;  // "" for the roots
  std::optional<std::size_t> parent;
  std::vector<std::size_t> children;  // in the order in which they began
  std::vector<std::size_t> needs;
  const Life* life = nullptr;  // none of a group
  TimePoint from;
  TimePoint to;
  std::size_t began = 0;  // positions in the journal
  std::size_t ended = 0;

  bool is_leaf() const { return children.empty(); }
};

struct Network {
  std::vector<NetworkNode> nodes;   // of what began; a parent before its children
  std::optional<std::size_t> last;  // the root that ended last: steps, their undo, or `finally`
};

// The lives must outlive the network.
Network network_of(const runbooks::Plan& plan, const Lives& lives);

}  // namespace rung::service
