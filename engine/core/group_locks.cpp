#include "engine/core/group_locks.h"

#include "engine/core/locks.h"
#include "engine/core/step_rules.h"
#include "state/lock.h"

#include <algorithm>

namespace rung::engine {
namespace {

using runbooks::Step;

struct Held {
  bool is_shared = false;
  std::string by;  // address of the group; "": the run
};
using HeldLocks = std::map<std::string, Held, std::less<>>;

void add(HeldLocks& held, const state::LocksAsked& asked, const std::string& by) {
  for (const state::LockRow& row : state::rows_of(RunId{}, {}, asked))
    held.emplace(row.name, Held{row.is_shared, by});
}

std::string lock_of(const std::string& name, const Held& held) {
  return "`" + name + "` of " + (held.by.empty() ? "the run" : "the group " + held.by);
}

Error refused(const Plan& plan, const Step& group, const std::string& what) {
  return {ErrorCode::invalid, "this run is not allowed: " + plan.file + ":" +
                                  std::to_string(group.at.line) + ": the group " + group.address +
                                  " " + what};
}

Error out_of_order(const Plan& plan, const Step& group, const std::string& name,
                   const std::string& outer, const Held& held) {
  return refused(plan, group,
                 "would wait for the lock `" + name + "` while " + lock_of(outer, held) +
                     " is held. Locks are taken in the order of their names, so that no two runs "
                     "wait for each other: take both at one place (write `" +
                     name + "` beside `" + outer + "`), or give it a name that comes after");
}

// What the group must take beside what is held around it: nothing that is held already, and only
// what comes after all of that.
Result<state::LocksAsked> to_ask(const Plan& plan, const Step& group,
                                 const state::LocksAsked& names, const HeldLocks& held) {
  state::LocksAsked asked;
  for (const state::LockRow& row : state::rows_of(RunId{}, {}, names)) {
    if (const auto outer = held.find(row.name); outer != held.end()) {
      if (row.is_shared || !outer->second.is_shared) continue;
      return refused(plan, group,
                     "would take `" + row.name + "` for itself, and " +
                         lock_of(row.name, outer->second) +
                         " is shared: write it there without `shared`");
    }
    for (const auto& [name, one] : held) {
      const bool is_key = name.starts_with(state::kKeyPrefix);  // nobody who holds waits for one
      if (!is_key && name > row.name) return out_of_order(plan, group, row.name, name, one);
    }
    (row.is_shared ? asked.shared : asked.exclusive).push_back(row.name);
  }
  return asked;
}

bool is_nothing(const state::LocksAsked& asked) {
  return asked.exclusive.empty() && asked.shared.empty();
}

// The groups with locks that the step stands in, and itself where it is one; the outermost first.
std::vector<NodeIndex> groups_around(const StepTree& tree, NodeIndex i) {
  std::vector<NodeIndex> groups;
  for (std::optional<NodeIndex> up = i; up; up = tree.parent(*up)) {
    if (!tree.step(*up).locks.empty()) groups.push_back(*up);
  }
  std::reverse(groups.begin(), groups.end());
  return groups;
}

bool is_in(const StepTree& tree, NodeIndex i, NodeIndex group) {
  return i == group || tree.is_under(i, group);
}

// Each undo takes the locks around its step in their order; what it does not stand in is not kept
// meanwhile.
void free_others(Draft& draft, const std::vector<NodeIndex>& around) {
  std::vector<NodeIndex> others;
  for (const auto& [group, locks] : draft.state().group_locks) {
    if (std::find(around.begin(), around.end(), group) == around.end()) others.push_back(group);
  }
  for (const NodeIndex group : others) draft.emit(group, state::LocksFreed{});
}

HeldLocks held_by_run(const RunState& run) {
  HeldLocks held;
  if (run.locks) add(held, *run.locks, "");
  return held;
}

// True: there is nothing to take. Else it waits from now on, or the names cannot be computed and
// the step has failed.
bool ask(Draft& draft, NodeIndex i, NodeIndex group, const HeldLocks& held) {
  const Step& step = draft.step(group);
  const auto asked = [&]() -> Result<state::LocksAsked> {
    TRY(const auto names, group_lock_names(step, draft.state(), draft.context()));
    return to_ask(draft.graph().plan(), step, names, held);
  }();
  if (!asked) {
    fail_step(draft, i, invalid_input(asked.error(), "locks"));
    return false;
  }
  if (is_nothing(asked.value())) return true;
  if (draft.state().phase == RunPhase::undoing) free_others(draft, groups_around(draft.tree(), i));
  draft.emit(group, state::LocksAsked(asked.value()));
  return false;
}

// The next undo stands in it; `or_later`: one of the rest.
enum class Which : std::uint8_t { next, next_or_later };
bool holds_undo(const StepTree& tree, const RunState& run, NodeIndex group, Which which) {
  const std::size_t end = which == Which::next ? run.next_undo + 1 : run.undo_order.size();
  for (std::size_t n = run.next_undo; n < std::min(end, run.undo_order.size()); ++n) {
    if (tree.is_under(run.undo_order[n], group)) return true;
  }
  return false;
}

bool owes_finally(const StepTree& tree, const RunState& run, NodeIndex group) {
  const auto last = tree.finally_of(group);
  return last && run.cleanups.contains(*last);
}

bool has_ready(const StepTree& tree, const RunState& run, NodeIndex group) {
  return std::any_of(run.ready.begin(), run.ready.end(),
                     [&](NodeIndex i) { return is_in(tree, i, group); });
}

// Something of it goes on, or will.
bool needs_held(const StepTree& tree, const RunState& run, NodeIndex group) {
  const StepState& state = run.at(group);
  if (state.active_leaves > 0) return true;
  switch (state.status) {
    case StepStatus::waiting: return run.ready.contains(group);
    case StepStatus::running: break;
    case StepStatus::backing_off:
    case StepStatus::in_doubt:
    case StepStatus::succeeded:
    case StepStatus::failed:
    case StepStatus::skipped:
    case StepStatus::undone:
      return run.phase == RunPhase::undoing && holds_undo(tree, run, group, Which::next_or_later);
  }
  if (owes_finally(tree, run, group)) return true;
  switch (run.phase) {
    case RunPhase::undoing: return holds_undo(tree, run, group, Which::next_or_later);
    case RunPhase::finalizing: return tree.is_cleanup(group);
    case RunPhase::created:
    case RunPhase::steps:
    case RunPhase::finished: break;
  }
  return true;
}

bool needs_asked(const StepTree& tree, const RunState& run, NodeIndex group) {
  if (run.phase == RunPhase::undoing) return holds_undo(tree, run, group, Which::next);
  return run.ready.contains(group) || has_ready(tree, run, group);
}

}  // namespace

Result<void> check_group_locks(const RunState& fresh, const Context& context) {
  const Graph& graph = *context.graph;
  std::map<StepIndex, state::LocksAsked> names;
  for (const StepIndex group : graph.lock_groups()) {
    const Step& step = graph.step(group);
    TRY(auto own, group_lock_names(step, fresh, context));
    HeldLocks held = held_by_run(fresh);
    for (auto up = step.parent; up; up = graph.step(*up).parent) {
      if (const auto outer = names.find(*up); outer != names.end())
        add(held, outer->second, graph.step(*up).address);
    }
    TRY(to_ask(graph.plan(), step, own, held));
    names.emplace(group, std::move(own));
  }
  return success();
}

bool has_group_locks(Draft& draft, NodeIndex i) {
  if (draft.graph().lock_groups().empty()) return true;
  const auto around = groups_around(draft.tree(), i);
  HeldLocks held = held_by_run(draft.state());
  for (const NodeIndex group : around) {
    const auto& all = draft.state().group_locks;
    auto found = all.find(group);
    if (found == all.end()) {
      if (!ask(draft, i, group, held)) return false;
      continue;
    }
    if (!found->second.taken_at) return false;
    add(held, found->second.asked, draft.address(group));
  }
  return true;
}

bool awaits_group_locks(const StepTree& tree, const RunState& run, NodeIndex i) {
  return std::any_of(run.group_locks.begin(), run.group_locks.end(), [&](const auto& entry) {
    return !entry.second.taken_at && is_in(tree, i, entry.first);
  });
}

bool free_group_locks(Draft& draft) {
  const StepTree tree = draft.tree();
  for (const auto& [group, locks] : draft.state().group_locks) {
    const bool is_needed = locks.taken_at ? needs_held(tree, draft.state(), group)
                                          : needs_asked(tree, draft.state(), group);
    if (is_needed) continue;
    draft.emit(NodeIndex(group), state::LocksFreed{});
    return true;
  }
  return false;
}

bool can_take_locks(const Graph& graph, const RunState& run, NodeIndex group) {
  const auto found = run.group_locks.find(group);
  if (found == run.group_locks.end() || found->second.taken_at || !may_start(run)) return false;
  const StepTree tree(graph, run.loops);
  if (run.phase == RunPhase::undoing) return holds_undo(tree, run, group, Which::next);
  return std::any_of(run.ready.begin(), run.ready.end(), [&](NodeIndex i) {
    return is_in(tree, i, group) && !is_held_back(tree, run, i);
  });
}

}  // namespace rung::engine
