#include "service/follower.h"

namespace rung::service {

Follower::Follower(state::Reader& reader, RunId run, engine::Graph graph)
    : reader_(&reader),
      run_(run),
      graph_(std::make_unique<engine::Graph>(std::move(graph))),
      history_(std::make_unique<History>(*graph_, run)) {}

Result<Follower> Follower::open(state::Reader& reader, RunId run, OnEvent told) {
  TRY(const auto summary, reader.run(run));
  TRY(const std::string json, reader.plan(summary.plan));
  TRY(auto plan, runbooks::plan_from_json(json));
  Follower follower(reader, run, engine::Graph(std::move(plan)));
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
