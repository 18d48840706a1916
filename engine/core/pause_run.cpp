#include "engine/core/commands.h"
#include "engine/core/run_rules.h"

namespace rung::engine {

void carry_out(Draft& draft, const Note& command) {
  draft.emit(state::RunNoted{command.text, command.by.who});
}

void carry_out(Draft& draft, const Pause& command) {
  const RunState& run = draft.state();
  if (run.paused)
    return draft.refuse(ErrorCode::conflict,
                        run_name(run) + " is paused already: " + run.paused->detail);
  const std::string detail =
      "paused by " + command.by.who + (command.by.say.empty() ? "" : ": " + command.by.say);
  draft.emit(
      state::RunPaused{state::PauseReason::operator_, "", detail, command.by.who, command.by.say});
}

void carry_out(Draft& draft, const Continue& command) {
  const RunState& run = draft.state();
  if (!run.paused) return;
  if (run.failed_by) {
    const std::string& step = draft.address(*run.failed_by);
    const std::string run_and_step = std::to_string(run.id.number) + " " + step;
    return draft.refuse(ErrorCode::conflict,
                        run_name(run) + " cannot go on while " + step + " has failed: rung retry " +
                            run_and_step + "  |  rung skip " + run_and_step +
                            " --say \"why\"  |  rung undo " + std::to_string(run.id.number));
  }
  draft.emit(state::RunContinued{command.by.who, command.by.say});
  wake_due(draft);
}

}  // namespace rung::engine
