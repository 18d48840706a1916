#pragma once

#include "runbooks/children.h"
#include "runbooks/unfold.h"

namespace rung::runbooks {

// The text of a lock's name, or of a `concurrency` key; its expressions go to `uses`.
Template read_lock_name(const Node& node, const std::string& field, Report& report,
                        ExpressionUses& uses);

// `locks:` of a runbook or of a group.
std::vector<LockSpec> read_locks(const Node& list, Report& report, ExpressionUses& uses);

// What a runbook that is used by another asks for must be plain: its inputs are known only when it
// begins.
void check_locks_of_child(const DraftStep& draft, const Plan& child, Report& report);

// Refuses what a group could not take in the order of names, as far as the names are plain; those
// that are computed are checked when a run is created. `plan` has its children in it, `unfolded`
// is what it was before.
void check_lock_order(const Plan& plan, const Unfolded& unfolded, Report& report);

}  // namespace rung::runbooks
