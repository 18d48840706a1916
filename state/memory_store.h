#pragma once

#include "state/chain.h"
#include "state/reader.h"
#include "state/store.h"

#include <functional>
#include <memory>
#include <string>

namespace rung::state {

// The content of a store in memory, which survives the death of the engine that used it.
struct MemoryDisk;
std::shared_ptr<MemoryDisk> make_memory_disk(StoreId id);

// When a write is on the disk, seen from an engine that dies before it hears of it.
enum class Reach : std::uint8_t {
  // As its completion runs: a death before that loses the write.
  at_completion,
  // As it is submitted (and with it everything submitted before, as on one tape): a death before
  // the completion keeps the write, and nobody was told.
  at_submit
};

// What the simulator may do to a store. Each is asked once per submitted write.
struct MemoryFaults {
  // The answer to the write; what is not `committed` is not written. Default: what the contract
  // says for this write.
  std::function<Committed(const RunWrite&)> answer{};
  // Default: at_completion.
  std::function<Reach(const RunWrite&)> reach{};
};

// A store in memory for the simulator and for tests: the same contract, and faults on demand.
// Encodes every event and decodes it again on load, so that what a simulation replays is what a
// disk would have given back. One thread; `Post` decides when a completion arrives. An engine
// "dies" by the end of this object: completions that were posted and have not run do nothing then.
class MemoryStore : public Store {
 public:
  // Calls `on_state`'s callback through Post. While it is not `up` or `low_space` every write and
  // every question is refused.
  virtual void enter(StoreState state, std::string reason) = 0;
};
std::unique_ptr<MemoryStore> open_memory_store(std::shared_ptr<MemoryDisk> disk, Post post,
                                               MemoryFaults faults = {});
std::unique_ptr<Reader> open_memory_reader(std::shared_ptr<MemoryDisk> disk);

// What lies on the disk, to look at in tests and to compare.
std::size_t event_count(const MemoryDisk& disk);
// A run's journal as it lies there; a new one where there is none. Tests change it as a damaged
// disk or a newer rung would.
std::vector<Recorded>& journal_on(MemoryDisk& disk, RunId run);
// Puts a whole run there, as another store kept it: a stored journal of an older rung.
void put_run(MemoryDisk& disk, const RunSummary& summary, std::string plan_json,
             std::vector<Recorded> journal);

// As garbage collection deletes a run, with its plan where no other run is of it.
void delete_run(MemoryDisk& disk, RunId run);

}  // namespace rung::state
