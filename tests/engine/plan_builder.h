#pragma once

#include "runbooks/plan.h"

#include <string>
#include <utility>
#include <vector>

namespace rung::engine::testing {

using runbooks::Plan;
using runbooks::Step;
using runbooks::StepIndex;
using runbooks::StepKind;
using runbooks::Template;

// Builds plans as the loader would unfold them, in a few words:
//   PlanBuilder().step(effect("copy").undo()).step(wait_for("go")).plan()
class StepBuilder {
 public:
  explicit StepBuilder(std::string id, StepKind kind = StepKind::action) {
    step_.id = std::move(id);
    step_.kind = kind;
    step_.undo_none = true;
  }

  StepBuilder& uses(std::string name, Value::Map with = {});
  StepBuilder& with(std::string name, Template value);
  StepBuilder& needs(std::vector<std::string> ids);
  StepBuilder& undo();    // the same action, under "ID@undo"
  StepBuilder& before();  // a look of its own in front of it, under "ID@before"
  StepBuilder& child(StepBuilder child);
  StepBuilder& parallel();
  // The group's `finally`, under "ID/finally".
  StepBuilder& finally(std::vector<StepBuilder> steps);
  StepBuilder& first_child() { return children_.front(); }

  Step& operator*() { return step_; }
  Step* operator->() { return &step_; }

 private:
  friend class PlanBuilder;
  Step step_;
  std::vector<std::string> needs_;
  std::vector<StepBuilder> children_;
  std::vector<StepBuilder> finally_;
  bool has_undo_ = false;
  bool has_before_ = false;
  bool is_dag_ = false;
};

// An action of the given class; "test.effect" to the executors of these tests.
StepBuilder effect(std::string id, EffectClass effect_class = EffectClass::once);
StepBuilder set(std::string id, std::string output, std::string expression);
StepBuilder group(std::string id, std::vector<StepBuilder> children);
StepBuilder parallel(std::string id, std::vector<StepBuilder> children);
// A transaction over these participants.
StepBuilder two_phase(std::string id, std::vector<std::string> participants);
// Once for each `item` of the list that the expression yields.
StepBuilder each_of(std::string id, std::string in, std::vector<StepBuilder> children);
StepBuilder wait_for(std::string id, Duration duration);
// Looks every second, for at most a minute, until `up` holds of what it sees.
StepBuilder wait_until_up(std::string id, Duration hold = {});
// Its children are the checks.
StepBuilder verification(std::string id, std::vector<StepBuilder> checks);
StepBuilder wait_signal(std::string id, std::string signal);
StepBuilder approve(std::string id, std::vector<std::string> by = {});
StepBuilder manual(std::string id);
StepBuilder decision(std::string id, Duration after = {});  // left or right; right after so long
StepBuilder fail(std::string id, std::string why);

class PlanBuilder {
 public:
  PlanBuilder();
  PlanBuilder& step(StepBuilder step);
  PlanBuilder& finally(StepBuilder step);
  // Of wait_until_up: ends the run when it holds.
  PlanBuilder& guard(StepBuilder step);
  PlanBuilder& on_failure(runbooks::OnFailure policy);
  Plan& operator*() { return plan_; }
  Plan* operator->() { return &plan_; }
  Plan plan();

 private:
  void unfold(std::vector<StepBuilder>& list, StepIndex parent, const std::string& prefix);
  void put_look_before(StepIndex of);
  StepIndex add(StepBuilder& builder, StepIndex parent, const std::string& prefix);

  Plan plan_;
  std::vector<StepBuilder> steps_;
  std::vector<StepBuilder> finally_;
  std::vector<StepBuilder> guards_;
};

}  // namespace rung::engine::testing
