#pragma once

#include "engine/core/decide.h"
#include "engine/engine.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace rung::engine {

// Performs the effects that were decided: builds each attempt as the secrets are now, hands it to
// the executor, and gives what became of it back as a command. Lives as long as its engine, on its
// thread.
class Performer {
 public:
  // Never from inside perform().
  using OnAnswer = std::function<void(RunId, Command)>;

  Performer(const Parts& parts, OnAnswer answer) : parts_(parts), answer_(std::move(answer)) {}

  // The intent is on disk, where it needs to be.
  void perform(const Graph& graph, const RunState& run, const Effect& effect);

  // The same for an intent whose effect nobody wants any more: it ends as not done.
  void begin_not(const RunState& run, NodeIndex i);

  // Starts nothing and looks for nothing any more: an intent ends as not done, what a probe was to
  // find out the next engine asks.
  void stop() { is_stopping_ = true; }

  // Whether an answer is still to come for the run.
  bool owes(RunId run) const { return owed_.contains(run); }
  // Attempts and probes whose outcome the executor still owes.
  std::size_t in_flight() const { return in_flight_; }

 private:
  void act(const Graph& graph, const RunState& run, const StartAttempt& effect);
  void act(const Graph& graph, const RunState& run, const RecoverAttempt& effect);
  void act(const Graph& graph, const RunState& run, const ProbeAttempt& effect);
  void act(const Graph& graph, const RunState& run, const Look& effect);
  void act(const Graph& graph, const RunState& run, const CancelAttempt& effect);
  void act(const Graph& graph, const RunState& run, const ForgetAttempt& effect);

  Executor::OnOutcome outcome_to(RunId run, FinishAttempt command);
  void end_later(const RunState& run, NodeIndex i, Outcome outcome, bool after_restart);
  void answer_later(RunId run, Command command);
  void settle(RunId run);

  const Parts& parts_;
  const OnAnswer answer_;
  std::map<RunId, std::size_t> owed_;
  std::size_t in_flight_ = 0;
  bool is_stopping_ = false;
  std::shared_ptr<int> life_ = std::make_shared<int>(0);  // posted tasks outlive nobody
};

}  // namespace rung::engine
