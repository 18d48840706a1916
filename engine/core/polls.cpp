#include "engine/core/polls.h"

#include <algorithm>

namespace rung::engine {
namespace {

// It votes against, or nobody knows what it did: the same.
bool is_against(const StepState& state) {
  if (state.status == StepStatus::failed) return true;
  return state.status == StepStatus::running &&
         (state.phase == AttemptPhase::not_done || state.phase == AttemptPhase::failed ||
          state.phase == AttemptPhase::unknown);
}

bool is_for(const StepState& state) {
  return state.status == StepStatus::succeeded ||
         (state.status == StepStatus::running && state.phase == AttemptPhase::prepared);
}

bool can_be_decided(const StepTree& tree, const RunState& run, NodeIndex two_phase) {
  const auto all = tree.children(two_phase);
  const auto at = [&](NodeIndex i) -> const StepState& { return run.at(i); };
  return std::any_of(all.begin(), all.end(), [&](NodeIndex i) { return is_against(at(i)); }) ||
         std::all_of(all.begin(), all.end(), [&](NodeIndex i) { return is_for(at(i)); });
}

}  // namespace

void note_turn(RunState& run, NodeIndex participant, state::Turn turn) {
  Ballot& ballot = run.ballots[participant];
  ballot.turn = turn;
  ballot.told = turn == state::Turn::work ? 0 : ballot.told + 1;
  run.to_settle.erase(participant);
}

void note_prepared(const StepTree& tree, RunState& run, NodeIndex participant,
                   const state::ParticipantPrepared& prepared) {
  StepState& step = run.at(participant);
  step.phase = AttemptPhase::prepared;
  step.error.reset();
  step.outputs = prepared.outputs;
  run.ballots[participant].receipt = prepared.receipt;
  note_vote(tree, run, participant);
}

void note_settled(const StepTree& tree, RunState& run, NodeIndex participant,
                  const state::ParticipantSettled& settled) {
  StepState& step = run.at(participant);
  step.phase = settled.committed ? AttemptPhase::done : AttemptPhase::not_done;
  step.has_unknown = false;
  step.is_adopted = settled.adopted;
  step.error.reset();
  if (!settled.committed) {
    const std::string why = settled.detail.empty() ? "" : ": " + settled.detail;
    step.error = ActionError{ErrorClass::refused, "rolled back" + why};
  }
  if (!settled.who.empty()) step.who = settled.who;
  run.to_settle.erase(participant);
  note_vote(tree, run, participant);
}

void note_vote(const StepTree& tree, RunState& run, NodeIndex participant) {
  const NodeIndex two_phase = *tree.parent(participant);
  if (run.polls[two_phase].commit) {
    const bool is_running = run.at(participant).status == StepStatus::running;
    if (is_running) run.to_settle.insert(participant);
    return;
  }
  if (can_be_decided(tree, run, two_phase))
    run.to_decide.insert(two_phase);
  else
    run.to_decide.erase(two_phase);
}

void note_decision(const StepTree& tree, RunState& run, NodeIndex two_phase,
                   const state::TwoPhaseDecided& decision) {
  Poll& poll = run.polls[two_phase];
  poll.commit = decision.commit;
  poll.error = decision.error;
  run.to_decide.erase(two_phase);
  for (const NodeIndex i : tree.children(two_phase)) {
    run.ready.erase(i);
    const StepState& state = run.at(i);
    const bool is_still =
        state.status == StepStatus::waiting ||
        (state.status == StepStatus::running && state.phase != AttemptPhase::in_flight);
    if (is_still) run.to_settle.insert(i);
  }
}

void forget_poll(const StepTree& tree, RunState& run, NodeIndex two_phase) {
  run.polls.erase(two_phase);
  const auto all = tree.children(two_phase);
  run.at(two_phase).unfinished_children = static_cast<std::uint32_t>(all.size());
  for (const NodeIndex i : all) {
    run.ballots.erase(i);
    StepState fresh;
    fresh.attempts = run.at(i).attempts;
    fresh.generation = run.at(i).generation;
    run.at(i) = std::move(fresh);
  }
}

}  // namespace rung::engine
