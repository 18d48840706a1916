#include "engine/core/locks.h"

#include "engine/core/commands.h"
#include "engine/core/group_locks.h"
#include "engine/core/resolve.h"
#include "state/lock.h"

#include <algorithm>

namespace rung::engine {
namespace {

constexpr std::size_t kLongestName = 200;

Error no_name(const std::string& where, const std::string& what) {
  return {ErrorCode::invalid, "this run is not allowed: a name under `" + where + "` " + what};
}

Result<std::string> name_from(const runbooks::Template& source, const std::string& where,
                              const RunState& state, const Context& context) {
  auto value = resolve(source, *context.evaluator, RunScope(*context.graph, state));
  if (!value) return std::move(value).error().with_context(where);
  if (value.value().is_secret()) return no_name(where, "would hold a secret");
  const bool is_plain = value.value().string() != nullptr || value.value().integer() != nullptr;
  if (!is_plain) return no_name(where, "is neither a text nor a whole number");
  std::string name = to_text(value.value());
  if (name.empty()) return no_name(where, "is empty");
  if (name.size() > kLongestName) return no_name(where, "has more than 200 characters");
  const bool is_one_line = std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (!is_one_line) return no_name(where, "has a line break or another control character");
  if (name.starts_with(state::kKeyPrefix))
    return no_name(where, "begins with concurrency:, which is for keys of `concurrency`");
  return name;
}

Result<void> add_names(state::LocksAsked& asked, const std::vector<runbooks::LockSpec>& locks,
                       const RunState& state, const Context& context) {
  for (const runbooks::LockSpec& lock : locks) {
    TRY(std::string name, name_from(lock.name, "locks", state, context));
    (lock.is_shared ? asked.shared : asked.exclusive).push_back(std::move(name));
  }
  return success();
}

// The run as it was when it was created: nothing had run, and no mode was switched.
RunState at_creation(const RunState& run) {
  RunState state;
  state.id = run.id;
  state.created = run.created;
  state.created_at = state.last_at = run.created_at;
  state.mode = run.created->mode;
  return state;
}

}  // namespace

Result<std::optional<state::LocksAsked>> asked_locks(const RunState& state,
                                                     const Context& context) {
  const runbooks::Plan& plan = context.graph->plan();
  if (plan.locks.empty() && !plan.concurrency) return std::optional<state::LocksAsked>{};
  state::LocksAsked asked;
  TRY(add_names(asked, plan.locks, state, context));
  if (plan.concurrency) {
    TRY(asked.key, name_from(plan.concurrency->key, "concurrency", state, context));
  }
  return std::optional(std::move(asked));
}

Result<state::LocksAsked> group_lock_names(const runbooks::Step& group, const RunState& run,
                                           const Context& context) {
  state::LocksAsked names;
  const bool is_plain =
      std::all_of(group.locks.begin(), group.locks.end(),
                  [](const runbooks::LockSpec& l) { return runbooks::is_constant(l.name); });
  TRY(add_names(names, group.locks, is_plain ? RunState{} : at_creation(run), context));
  return names;
}

void carry_out(Draft& draft, const TakeLocks& command) {
  const RunState& run = draft.state();
  if (command.group) {
    if (can_take_locks(draft.graph(), run, *command.group))
      draft.emit(*command.group, state::LocksTaken{});
    return;
  }
  if (awaits_locks(run) && !run.paused && !run.ending) draft.emit(state::LocksTaken{});
}

}  // namespace rung::engine
