#pragma once

#include "state/store.h"

#include <functional>
#include <map>
#include <memory>

namespace rung::state {

// A store in memory for the simulator and for tests: the same contract, and faults on demand.
// Encodes every event and decodes it again on load, so that what a simulation replays is what a
// disk would have given back. One thread; `Post` decides when a completion arrives.

// What the simulator may do to a store. Asked once per submitted write.
struct MemoryFaults {
  // The answer to the next write; default: committed.
  std::function<Committed(const RunWrite&)> answer;
};

// The content, which survives the death of the engine that used it.
struct MemoryDisk;
std::shared_ptr<MemoryDisk> make_memory_disk(StoreId id);
std::unique_ptr<Store> open_memory_store(std::shared_ptr<MemoryDisk> disk, Post post, MemoryFaults faults = {});
std::unique_ptr<class Reader> open_memory_reader(std::shared_ptr<MemoryDisk> disk);

}  // namespace rung::state
