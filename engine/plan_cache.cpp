#include "engine/plan_cache.h"

namespace rung::engine {
namespace {

constexpr std::size_t kMaxPlans = 256;

}  // namespace

PlanCache::Entry& PlanCache::of(const std::shared_ptr<const runbooks::Plan>& plan) {
  if (const auto known = hash_of_.find(plan); known != hash_of_.end()) {
    if (Entry* entry = find(known->second)) return *entry;
  }
  Entry entry;
  entry.json = std::make_shared<const std::string>(runbooks::to_json(*plan));
  entry.hash = to_hex(sha256({*entry.json}));
  if (hash_of_.size() >= kMaxPlans) hash_of_.clear();
  hash_of_.insert_or_assign(plan, entry.hash);
  if (Entry* known = find(entry.hash)) return *known;
  entry.graph = std::make_shared<const Graph>(*plan);
  return keep(std::move(entry));
}

PlanCache::Entry* PlanCache::find(const std::string& hash) {
  const auto found = by_hash_.find(hash);
  return found == by_hash_.end() ? nullptr : &found->second;
}

Result<PlanCache::Entry*> PlanCache::add(const std::string& hash, std::string json) {
  TRY(auto plan, runbooks::plan_from_json(json));
  Entry entry{hash, std::make_shared<const std::string>(std::move(json)),
              std::make_shared<const Graph>(std::move(plan))};
  return &keep(std::move(entry));
}

PlanCache::Entry& PlanCache::keep(Entry entry) {
  if (by_hash_.size() >= kMaxPlans) by_hash_.clear();
  std::string hash = entry.hash;
  return by_hash_.insert_or_assign(std::move(hash), std::move(entry)).first->second;
}

}  // namespace rung::engine
