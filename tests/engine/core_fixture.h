#pragma once

#include "base/random.h"
#include "engine/core/decide.h"
#include "scripting/lua_evaluator.h"
#include "tests/engine/plan_builder.h"
#include "tests/engine/sim_world.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace rung::engine::testing {

// One run under the pure core alone: commands in, events and effects out, time by hand.
class CoreTest : public ::testing::Test, public ActionFacts, public Calendar, public PinnedFiles {
 protected:
  CoreTest() : evaluator_(scripting::make_lua_evaluator()) {}

  // Creates and claims a run of this plan.
  void given(PlanBuilder builder, Value::Map inputs = {});
  // Decides, keeps the new state and what came with it.
  const Decision& send(Command command);
  // The latest attempt of a step ends so.
  const Decision& ends(const std::string& step, Outcome outcome);
  const Decision& probed(const std::string& step, ProbeAnswer answer);
  // Another engine takes over; `reboots` changes the boot.
  const Decision& restarts(bool reboots = false);
  void pass(Duration time) { clock_.pass(time); }

  StepStatus status(const std::string& step) const { return at(step).status; }
  StepTree tree() const { return {*graph_, state_.loops}; }
  const StepState& at(const std::string& step) const { return state_.at(*tree().find(step)); }
  state::RunStatus run_status() const { return status_of(state_); }
  // "step.started copy", ... of the latest decision.
  std::vector<std::string> events() const;
  // "start copy", "recover copy", "probe copy", "cancel copy", "forget copy" of the latest
  // decision.
  std::vector<std::string> effects() const;
  std::string refusal() const { return decision_.refusal ? decision_.refusal->message : ""; }
  static By by(std::string who, std::vector<std::string> groups = {}) {
    return {std::move(who), std::move(groups), "because"};
  }

  static Outcome failed(ErrorClass c = ErrorClass::refused) { return Failed{{c, "no"}}; }
  static Outcome not_done(ErrorClass c = ErrorClass::network) { return NotDone{{c, "refused"}}; }
  static Outcome unknown(ErrorClass c = ErrorClass::timeout) { return Unknown{{c, "no answer"}}; }

  EffectClass effect_class(const std::string& uses, const Value::Map& with) const override;
  bool can_probe(const std::string& uses) const override;
  const ActionSpec* spec(const std::string& uses) const override;
  Result<TimePoint> next(std::string_view at, std::string_view timezone,
                         TimePoint now) const override;
  Result<LocalTime> local(std::string_view timezone, TimePoint now) const override;
  std::string changed(const Plan& plan, const runbooks::Step& step) const override;

  Context context() const;

  std::unique_ptr<scripting::Evaluator> evaluator_;
  VirtualClock clock_;
  std::shared_ptr<const Graph> graph_;
  RunState state_;
  Decision decision_;
  std::vector<state::Event> journal_;
  Driving driving_ = Driving::drive;
  std::optional<ActionSpec> spec_;  // of every action
  std::string changed_;             // what `changed` answers
  int boots_ = 1;
  std::int64_t epoch_ = 0;
};

}  // namespace rung::engine::testing
