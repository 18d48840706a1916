#pragma once

#include "engine/core/decide.h"
#include "tests/engine/plan_builder.h"

#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace rung::cost {

// Drives one run through the core alone, as an engine would: what it is asked to do ends as
// `outcome_of` says, and time passes when nothing else happens.
class Drive final : engine::ActionFacts, engine::Calendar, engine::PinnedFiles {
 public:
  using OutcomeOf = std::function<Outcome(engine::NodeIndex step, std::int64_t attempt)>;

  explicit Drive(std::shared_ptr<const engine::Graph> graph, OutcomeOf outcome_of = nullptr);

  // Begins what can begin; nothing ends yet.
  void begin_all();
  // Until the run is over or waits for a person.
  void to_the_end();
  // A new engine takes over: the journal folded anew, then claimed.
  void recover();

  state::RunStatus status() const { return engine::status_of(state_); }
  const std::vector<state::Event>& journal() const { return journal_; }

 private:
  void send(const engine::Command& command);
  bool step();
  engine::Context context() const;

  EffectClass effect_class(const std::string& uses, const Value::Map& with) const override;
  bool can_probe(const std::string& uses) const override;
  Result<TimePoint> next(std::string_view at, std::string_view timezone,
                         TimePoint now) const override;
  Result<engine::LocalTime> local(std::string_view, TimePoint) const override {
    return engine::LocalTime{};
  }
  std::string changed(const engine::Plan& plan, const runbooks::Step& step) const override;

  std::shared_ptr<const engine::Graph> graph_;
  OutcomeOf outcome_of_;
  Instant now_;
  engine::RunState state_;
  std::vector<state::Event> journal_;
  std::deque<engine::StartAttempt> begun_;
  bool has_more_ = false;
  std::int64_t epoch_ = 0;
};

}  // namespace rung::cost
