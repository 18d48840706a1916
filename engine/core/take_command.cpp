#include "engine/core/commands.h"
#include "engine/core/people.h"

namespace rung::engine {
namespace {

std::string commands_text(const RunState& run) {
  return run.commander.empty() ? "nobody commands " + run_name(run)
                               : run.commander + " commands " + run_name(run);
}

// Whether `people:` lets them: anybody where it does not name commanders.
bool may_command(const Draft& draft, const By& person) {
  if (!draft.graph().plan().people.contains("commander")) return true;
  return !names_of(draft.graph(), draft.state(), {"commander"}, person).empty();
}

void refuse_commander(Draft& draft, const std::string& who) {
  draft.refuse(ErrorCode::denied, who + " is not among those whom `people:` names as commander");
}

}  // namespace

void carry_out(Draft& draft, const TakeCommand& command) {
  const RunState& run = draft.state();
  if (run.commander == command.by.who)
    return draft.refuse(ErrorCode::conflict, commands_text(run) + " already");
  if (!may_command(draft, command.by)) return refuse_commander(draft, command.by.who);
  draft.emit(state::RunCommanded{command.by.who, command.by.who, command.by.say});
}

void carry_out(Draft& draft, const HandCommand& command) {
  const RunState& run = draft.state();
  if (run.commander != command.by.who) {
    return draft.refuse(ErrorCode::denied, commands_text(run) + ", not " + command.by.who +
                                               "; to take command yourself:  rung take " +
                                               std::to_string(run.id.number) + " --say \"why\"");
  }
  if (command.to.who == command.by.who)
    return draft.refuse(ErrorCode::conflict, commands_text(run) + " already");
  if (!may_command(draft, command.to)) return refuse_commander(draft, command.to.who);
  draft.emit(state::RunCommanded{command.to.who, command.by.who, command.by.say});
}

}  // namespace rung::engine
