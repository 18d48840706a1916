#include "engine/run_loader.h"

namespace rung::engine {
namespace {

Result<LoadedRun> folded(RunId run, std::shared_ptr<const Graph> graph, state::Journal journal) {
  TRY(auto state, fold(*graph, run, journal.events));
  return LoadedRun{std::move(graph), std::move(state), std::move(journal.summary)};
}

}  // namespace

void RunLoader::load(RunId run, OnLoaded done) {
  store_.load(run, [this, run, done = std::move(done)](Result<state::Journal> journal) {
    if (!journal) return done(std::move(journal).error());
    find_plan(run, std::move(journal).value(), done);
  });
}

void RunLoader::find_plan(RunId run, state::Journal journal, OnLoaded done) {
  const std::string hash = journal.summary.plan;
  if (PlanCache::Entry* entry = plans_.find(hash)) {
    return done(folded(run, entry->graph, std::move(journal)));
  }
  store_.load_plan(hash, [this, run, hash, journal = std::move(journal),
                          done = std::move(done)](Result<std::string> json) mutable {
    if (!json) return done(std::move(json).error());
    auto entry = plans_.add(hash, std::move(json).value());
    if (!entry) return done(std::move(entry).error());
    done(folded(run, entry.value()->graph, std::move(journal)));
  });
}

}  // namespace rung::engine
