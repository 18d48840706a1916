#include "service/undo_view.h"

#include "engine/core/resolve.h"
#include "engine/core/run_rules.h"

namespace rung::service {
namespace {

using engine::AttemptPhase;
using engine::NodeIndex;
using runbooks::Step;

std::string state_text(const engine::StepState& state) {
  switch (state.status) {
    case StepStatus::running: return "still runs: its end is awaited first";
    case StepStatus::backing_off: return "is about to be tried again";
    case StepStatus::in_doubt: return "nobody knows whether it happened";
    case StepStatus::failed: return "failed, perhaps half way";
    case StepStatus::succeeded: return "succeeded";
    case StepStatus::skipped: return "was skipped after a try";
    case StepStatus::undone: return "is undone";
    case StepStatus::waiting: return "is to be tried again";
  }
  return "";
}

std::string refusal(const History& history) {
  const engine::RunState& run = history.state();
  if (run.finished)
    return "the run is over (" + std::string(state::name_of(run.finished->status)) +
           "); its undo is another runbook's work";
  if (run.phase == engine::RunPhase::undoing) return "it is being undone already";
  if (run.phase == engine::RunPhase::finalizing) return "it is in `finally` and ends by itself";
  if (!run.no_return) return "";
  return "it passed its point of no return at " + history.tree().address(*run.no_return) + ": " +
         *history.tree().step(*run.no_return).point_of_no_return;
}

UndoStepView view_of(const History& history, NodeIndex undo) {
  const Step& step = history.tree().step(undo);
  const NodeIndex done = *history.tree().undoes(undo);
  UndoStepView view;
  view.step = history.tree().address(done);
  view.undo = history.tree().address(undo);
  view.uses = step.action.uses;
  view.state = state_text(history.state().at(done));
  for (const auto& [name, value] :
       engine::visible(step.action.with, history.state().at(done).undo_inputs)) {
    if (!value.is_null()) view.inputs.emplace_back(name, to_text(value));
  }
  return view;
}

Value list_of(const std::vector<std::string>& texts) {
  return Value::List(texts.begin(), texts.end());
}

}  // namespace

UndoView describe_undo(const History& history) {
  const engine::RunState& run = history.state();
  UndoView view;
  view.run = engine::run_name(run);
  view.id = run.id;
  view.refused = refusal(history);
  const engine::UndoPlan plan = engine::plan_undo(history.graph(), run);
  for (const NodeIndex undo : plan.undo) view.steps.push_back(view_of(history, undo));
  for (const NodeIndex i : plan.left_as_is) view.left_as_is.push_back(history.tree().address(i));
  for (std::uint32_t n = 0; n < run.steps.size(); ++n) {
    const bool has_acted =
        run.steps[n].phase != AttemptPhase::none && run.steps[n].phase != AttemptPhase::not_done;
    if (has_acted && history.tree().step({n}).undo_none)
      view.nothing_to_undo.push_back(history.tree().address({n}));
  }
  return view;
}

Value to_value(const UndoView& undo) {
  Value::List steps;
  for (const UndoStepView& step : undo.steps) {
    Value::Map inputs;
    for (const auto& [name, text] : step.inputs) inputs.emplace(name, text);
    steps.emplace_back(Value::Map{{"step", step.step},
                                  {"undo", step.undo},
                                  {"uses", step.uses},
                                  {"inputs", std::move(inputs)},
                                  {"state", step.state}});
  }
  return Value::Map{{"run", undo.run},
                    {"steps", std::move(steps)},
                    {"left_as_is", list_of(undo.left_as_is)},
                    {"nothing_to_undo", list_of(undo.nothing_to_undo)},
                    {"refused", undo.refused}};
}

}  // namespace rung::service
