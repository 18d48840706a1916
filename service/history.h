#pragma once

#include "engine/core/state.h"
#include "service/run_view.h"

#include <map>
#include <set>
#include <vector>

namespace rung::service {

// The fold of a run's journal, with what the state itself does not keep: who did what, which
// engines drove it, and what each of them found. Fed event by event; copies nothing twice.
class History {
 public:
  History(const engine::Graph& graph, RunId run);

  // corrupt as `engine::apply`.
  Result<void> add(const state::Event& event);

  const engine::RunState& state() const { return state_; }
  const engine::Graph& graph() const { return graph_; }
  engine::StepTree tree() const { return {graph_, state_.loops}; }
  const std::vector<Deed>& deeds() const { return deeds_; }
  const std::vector<EngineView>& engines() const { return engines_; }
  std::int64_t adopted() const { return adopted_; }
  std::int64_t repeated() const { return repeated_; }
  std::int64_t doubts() const { return doubts_; }
  std::optional<TimePoint> paused_at() const { return paused_at_; }
  // When the step's doubt was recorded.
  std::optional<TimePoint> doubted_at(const std::string& address) const;
  // The attempts that the step had made when a person corrected an input of it for the first time.
  std::int64_t corrected_after(const std::string& address) const;

 private:
  void note_deed(const state::Event& event);
  void note_claim(const state::Event& event, const state::RunClaimed& claim);
  void note_release(const state::Event& event, const state::RunReleased& release);
  void note_attempt(const state::Event& event);

  const engine::Graph& graph_;
  engine::RunState state_;
  std::vector<Deed> deeds_;
  std::vector<EngineView> engines_;
  std::map<std::string, TimePoint> doubted_at_;
  std::map<std::string, std::int64_t> corrected_after_;
  std::optional<TimePoint> paused_at_;
  std::set<std::string> survivors_;  // in flight when an engine took over
  std::set<std::string> unknown_;    // ended so, and may be tried again
  TimePoint last_engine_at_;         // of the last event that no person asked for
  bool last_was_person_ = false;     // the last event came from a command of somebody
  std::int64_t adopted_ = 0;
  std::int64_t repeated_ = 0;
  std::int64_t doubts_ = 0;
};

}  // namespace rung::service
