#include "engine/core/commands.h"

namespace rung::engine {
namespace {

std::string awaited_signals(const Draft& draft) {
  std::string names;
  for (const NodeIndex i : draft.state().active) {
    const std::string& signal = draft.step(i).wait.signal;
    if (draft.step(i).kind == StepKind::wait && !signal.empty())
      names += (names.empty() ? "" : ", ") + signal;
  }
  return names;
}

}  // namespace

void carry_out(Draft& draft, const SendSignal& command) {
  std::vector<NodeIndex> waiting;
  for (const NodeIndex i : draft.state().active) {
    if (draft.step(i).kind == StepKind::wait && draft.step(i).wait.signal == command.name)
      waiting.push_back(i);
  }
  if (waiting.empty()) {
    const std::string awaited = awaited_signals(draft);
    return draft.refuse(ErrorCode::conflict,
                        run_name(draft.state()) + " does not wait for a signal " + command.name +
                            (awaited.empty() ? "" : "; it waits for " + awaited));
  }
  draft.emit(state::SignalReceived{command.name, command.payload, command.by.who});
  for (const NodeIndex i : waiting) {
    state::StepSucceeded done;
    if (!command.payload.is_null()) done.outputs = {{"payload", command.payload}};
    done.who = command.by.who;
    done.say = command.by.say;
    draft.emit(i, std::move(done));
  }
}

}  // namespace rung::engine
