#pragma once

#include "engine/core/graph.h"

#include <map>
#include <memory>
#include <string>

namespace rung::engine {

// Plans that runs share, by hash. Bounded; a plan in use stays alive with its runs. One thread.
class PlanCache {
 public:
  struct Entry {
    std::string hash;  // hex
    std::shared_ptr<const std::string> json;
    std::shared_ptr<const Graph> graph;
  };

  // The entry of a plan that a start brings. The same object is hashed once.
  Entry& of(const std::shared_ptr<const runbooks::Plan>& plan);
  // nullptr where the hash is not known.
  Entry* find(const std::string& hash);
  // From the store: parsed and kept.
  Result<Entry*> add(const std::string& hash, std::string json);

 private:
  Entry& keep(Entry entry);

  std::map<std::string, Entry> by_hash_;
  std::map<std::shared_ptr<const runbooks::Plan>, std::string> hash_of_;
};

}  // namespace rung::engine
