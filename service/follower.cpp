#include "service/follower.h"

namespace rung::service {

namespace {

Result<std::shared_ptr<const engine::Graph>> plan_of(state::Reader& reader,
                                                     engine::PlanCache& plans,
                                                     const std::string& hash) {
  if (const engine::PlanCache::Entry* known = plans.find(hash)) return known->graph;
  TRY(std::string json, reader.plan(hash));
  TRY(const engine::PlanCache::Entry* read, plans.add(hash, std::move(json)));
  return read->graph;
}

}  // namespace

Follower::Follower(state::Reader& reader, RunId run, std::shared_ptr<const engine::Graph> graph)
    : reader_(&reader),
      run_(run),
      graph_(std::move(graph)),
      history_(std::make_unique<History>(*graph_, run)) {}

Result<Follower> Follower::open(state::Reader& reader, engine::PlanCache& plans, RunId run,
                                OnEvent told) {
  TRY(const auto summary, reader.run(run));
  TRY(auto graph, plan_of(reader, plans, summary.plan));
  Follower follower(reader, run, std::move(graph));
  follower.told_ = std::move(told);
  TRY(follower.refresh());
  return follower;
}

Result<bool> Follower::refresh() {
  constexpr std::size_t kBatch = 1000;
  bool has_news = false;
  for (;;) {
    TRY(const auto events, reader_->events(run_, history_->state().seq, kBatch));
    for (const auto& [seq, event] : events) {
      TRY(history_->add(event));
      if (told_) told_(seq, event);
    }
    has_news = has_news || !events.empty();
    if (events.size() < kBatch) return has_news;
  }
}

}  // namespace rung::service
