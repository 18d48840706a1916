#include "engine/core/commands.h"
#include "engine/core/run_rules.h"

namespace rung::engine {
namespace {

std::string because(const char* what, const By& by) {
  return std::string(what) + " by " + by.who + (by.say.empty() ? "" : ": " + by.say);
}

// "" where the run can still be ended so.
std::string too_late(const RunState& run) {
  if (run.phase == RunPhase::undoing)
    return run_name(run) + " is being undone; that is not cancelled";
  if (run.phase == RunPhase::finalizing)
    return run_name(run) + " is in `finally` and ends by itself";
  return "";
}

}  // namespace

void carry_out(Draft& draft, const Cancel& command) {
  const RunState& run = draft.state();
  if (std::string why = too_late(run); !why.empty())
    return draft.refuse(ErrorCode::conflict, std::move(why));
  const bool again = run.ending && command.running == CancelRunning::drain;
  if (again)
    return draft.refuse(ErrorCode::conflict,
                        run_name(run) + " is ending already; --kill also ends what runs");
  // Ending what runs does not change what the run was to come to: an undo stays one.
  state::RunEnding ending;
  ending.ending = state::Ending::cancel;
  ending.reason = because("cancelled", command.by);
  if (run.ending) ending = *run.ending;
  ending.who = command.by.who;
  ending.say = command.by.say;
  begin_ending(draft, std::move(ending), command.running);
}

void carry_out(Draft& draft, const Undo& command) {
  const RunState& run = draft.state();
  if (std::string why = too_late(run); !why.empty())
    return draft.refuse(ErrorCode::conflict, std::move(why));
  if (run.no_return) {
    return draft.refuse(
        ErrorCode::conflict,
        run_name(run) + " passed its point of no return at " + draft.address(*run.no_return) +
            " and cannot be undone: " + *draft.step(*run.no_return).point_of_no_return);
  }
  begin_ending(draft,
               {state::Ending::undo, "", because("undone", command.by), command.by.who,
                command.by.say, false},
               CancelRunning::drain);
}

}  // namespace rung::engine
