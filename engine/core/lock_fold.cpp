#include "engine/core/lock_fold.h"

namespace rung::engine {
namespace {

using GroupLocksEntry = std::map<NodeIndex, GroupLocks>::iterator;

Result<GroupLocksEntry> entry_of(const StepTree& tree, RunState& run, const std::string& step) {
  const auto group = tree.find(step);
  const auto found = group ? run.group_locks.find(*group) : run.group_locks.end();
  if (found == run.group_locks.end())
    return Error(ErrorCode::corrupt, "nobody asked for locks of " + step);
  return found;
}

}  // namespace

Result<void> note_asked(const StepTree& tree, RunState& run, const state::Event& event,
                        const state::LocksAsked& asked) {
  if (event.step.empty()) {
    if (run.locks) return Error(ErrorCode::corrupt, "locks.asked twice");
    run.locks = asked;
    run.locks_asked_at = event.at;
    return success();
  }
  const auto group = tree.find(event.step);
  if (!group || tree.step(*group).kind != StepKind::group)
    return Error(ErrorCode::corrupt, "the plan has no group " + event.step);
  if (!run.group_locks.emplace(*group, GroupLocks{asked, event.at, {}}).second)
    return Error(ErrorCode::corrupt, "locks.asked twice of " + event.step);
  return success();
}

Result<void> note_taken(const StepTree& tree, RunState& run, const state::Event& event) {
  if (event.step.empty()) {
    if (!awaits_locks(run))
      return Error(ErrorCode::corrupt, "locks.taken, and the run waits for none");
    run.locks_taken_at = event.at;
    return success();
  }
  TRY(const auto entry, entry_of(tree, run, event.step));
  if (entry->second.taken_at)
    return Error(ErrorCode::corrupt, "locks.taken twice of " + event.step);
  entry->second.taken_at = event.at;
  return success();
}

Result<void> note_freed(const StepTree& tree, RunState& run, const state::Event& event) {
  TRY(const auto entry, entry_of(tree, run, event.step));
  run.group_locks.erase(entry);
  return success();
}

}  // namespace rung::engine
