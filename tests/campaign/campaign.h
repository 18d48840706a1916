#pragma once

#include "tests/campaign/scene.h"

#include <functional>
#include <string>
#include <vector>

namespace rung::campaign {

// What a run reaches when nobody disturbs it, and how it ends.
struct Reference {
  std::vector<std::string> ids;  // each once, in order
  Ending ending;
};
Reference record(const Scenario& scenario);

// One of `of` parts of a list, for a test each.
struct Shard {
  std::size_t index = 0;
  std::size_t of = 1;
  bool holds(std::size_t i) const { return i % of == index; }
};

struct Tally {
  std::size_t ids = 0;
  std::size_t killed = 0;
  std::size_t engines = 0;  // of the killed
  std::size_t supervisors = 0;
  std::size_t clients = 0;
  std::size_t missed = 0;
  std::size_t pairs = 0;
  std::size_t states = 0;  // crashes after which a recovery meets something else
};

// Performs `work` for 0 .. count-1 on several threads.
void on_all_cores(std::size_t count, const std::function<void(std::size_t)>& work);

bool is_of_supervisor(const std::string& id);

// A process per id is killed there; then the run is recovered to its end. Failures are the test's.
Tally kill_at_each(const Scenario& scenario, Shard shard);
// As above for the supervisor's ids, with its engine in the same moment.
Tally kill_both_at_each(const Scenario& scenario, Shard shard);
// A kill at each id, and for each different state that this leaves a kill at each id of its
// recovery.
Tally kill_pairs(const Scenario& scenario, Shard shard);

}  // namespace rung::campaign
