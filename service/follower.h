#pragma once

#include "engine/plan_cache.h"
#include "service/describe_run.h"
#include "service/history.h"
#include "state/reader.h"

#include <functional>
#include <memory>

namespace rung::service {

// One run, read from its store again and again without owning it. One thread.
class Follower {
 public:
  using OnEvent = std::function<void(Seq, const state::Event&)>;

  // Reads the whole journal; each event, also of later, is told as it is read, oldest first.
  // not_found, corrupt (a journal that cannot be folded), conflict (needs a newer rung).
  static Result<Follower> open(state::Reader& reader, engine::PlanCache& plans, RunId run,
                               OnEvent told = nullptr);

  // Reads what was written since. True where there was something.
  Result<bool> refresh();

  RunId run() const { return run_; }
  const History& history() const { return *history_; }
  RunView view(const Viewer& viewer) const { return describe_run(*history_, viewer); }

 private:
  Follower(state::Reader& reader, RunId run, std::shared_ptr<const engine::Graph> graph);

  state::Reader* reader_;
  RunId run_;
  std::shared_ptr<const engine::Graph> graph_;  // the history refers to it
  std::unique_ptr<History> history_;
  OnEvent told_;
};

}  // namespace rung::service
