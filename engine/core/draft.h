#pragma once

#include "engine/core/decide.h"
#include "engine/core/scope.h"

#include <string>
#include <utility>

namespace rung::engine {

// A decision in the making: each event is folded into the run's state as it is emitted, so that
// what is decided next sees it and `fold(events)` gives the same state. Lives within one `decide`,
// and borrows the state.
class Draft {
 public:
  Draft(RunState& state, const Context& context) : context_(context), state_(state) {}

  const Context& context() const { return context_; }
  const Graph& graph() const { return *context_.graph; }
  const RunState& state() const { return state_; }
  const StepState& at(NodeIndex i) const { return state_.at(i); }
  StepTree tree() const { return {graph(), state_.loops}; }
  const runbooks::Step& step(NodeIndex i) const { return tree().step(i); }
  std::string address(NodeIndex i) const { return tree().address(i); }
  // What the step sees; without one what the whole run sees.
  RunScope scope(std::optional<NodeIndex> i = std::nullopt) const { return {graph(), state_, i}; }
  // The clock, but never behind the journal.
  TimePoint now() const { return std::max(context_.now.utc, state_.last_at); }
  // A time from now as both clocks will know it.
  Due after(Duration wait) const { return {now() + wait, context_.now.boot + wait}; }

  void emit(state::Payload&& payload) { emit_at("", std::move(payload)); }
  void emit(NodeIndex i, state::Payload&& payload) { emit_at(address(i), std::move(payload)); }
  // What only this engine knows of a wait that looks; no event tells it.
  Watch::Now& watching(NodeIndex i) { return state_.watches.at(i).now; }
  std::int64_t number_look() { return ++state_.looks_asked; }
  void perform(Effect effect);
  void refuse(ErrorCode code, std::string message) { refusal_ = Refusal{code, std::move(message)}; }
  void notice(std::string what) { notice_ = std::move(what); }
  bool is_refused() const { return refusal_.has_value(); }
  void stop_short() { more_ = true; }
  std::size_t events() const { return events_.size(); }

  Decision finish() &&;

 private:
  void emit_at(std::string address, state::Payload&& payload);

  const Context& context_;
  RunState& state_;
  std::vector<state::Event> events_;
  std::vector<Effect> effects_;
  std::optional<Refusal> refusal_;
  std::string notice_;
  bool more_ = false;
};

}  // namespace rung::engine
