#include "engine/core/giving_up.h"

namespace rung::engine {

bool is_ordinary(const Draft& draft, NodeIndex i) {
  return !draft.step(i).undoes && !draft.tree().is_cleanup(i);
}

bool is_ended_by_a_sibling(const Draft& draft, NodeIndex i) {
  if (draft.step(i).undoes) return false;  // it stands beside what it undoes, and is no sibling
  for (auto up = draft.tree().parent(i); up; up = draft.tree().parent(*up)) {
    if (draft.tree().is_finally(*up)) return false;
    if (!draft.step(*up).cancel_others) continue;
    for (const NodeIndex child : draft.tree().children(*up)) {
      const StepState& sibling = draft.at(child);
      if (child != i && sibling.status == StepStatus::failed && !sibling.is_tolerated) return true;
    }
  }
  return false;
}

bool is_given_up(const Draft& draft, NodeIndex i) {
  const bool run_ends = draft.state().ending && is_ordinary(draft, i);
  return run_ends || is_ended_by_a_sibling(draft, i);
}

bool is_untold(const StepState& state) {
  return state.has_unknown && state.effect_class == EffectClass::keyed;
}

}  // namespace rung::engine
