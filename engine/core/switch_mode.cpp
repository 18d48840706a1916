#include "engine/core/commands.h"
#include "engine/core/drill.h"

#include <algorithm>

namespace rung::engine {
namespace {

// Why this run cannot change to that mode; "" where it can.
std::string obstacle(const Draft& draft, const std::string& mode) {
  const RunState& run = draft.state();
  const auto& modes = draft.graph().plan().modes;
  if (std::find(modes.begin(), modes.end(), mode) == modes.end()) {
    std::string all;
    for (const std::string& one : modes) all += (all.empty() ? "" : ", ") + one;
    return run.created->runbook + " has no mode " + mode + "; it has " + all;
  }
  if (run.mode == mode) return run_name(run) + " is in mode " + mode + " already";
  if (run.no_return)
    return "it is past its point of no return, " + draft.address(*run.no_return) +
           ": the mode stays " + run.mode;
  if (run.ending || run.phase != RunPhase::steps) return run_name(run) + " is ending";
  // What a drill may touch was decided by its environment when it was created.
  if (run.mode == kDrill || mode == kDrill)
    return "a run never becomes a drill and a drill stays one: start another run";
  return "";
}

}  // namespace

void carry_out(Draft& draft, const SwitchMode& command) {
  const std::string why_not = obstacle(draft, command.mode);
  if (!why_not.empty()) return draft.refuse(ErrorCode::conflict, why_not);
  draft.emit(state::ModeSwitched{command.mode, command.by.who, command.by.say});
}

}  // namespace rung::engine
