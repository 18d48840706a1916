#include "engine/core/commands.h"
#include "engine/core/people.h"

namespace rung::engine {
namespace {

bool is_open_task(const Draft& draft, NodeIndex i) {
  return draft.step(i).kind == StepKind::manual && draft.at(i).status == StepStatus::running;
}

}  // namespace

void carry_out(Draft& draft, const FinishManual& command) {
  const auto i = named_step(draft, command.step, is_open_task, "manual step that waits to be done");
  if (!i) return;
  const auto& spec = draft.step(*i).manual;
  if (!may_answer(draft.graph(), draft.state(), {*i, spec.by}, command.by)) {
    return draft.refuse(ErrorCode::denied, command.by.who + " is not among those who may confirm " +
                                               draft.address(*i));
  }
  auto outputs = given_outputs(draft, *i, command.outputs);
  if (!outputs) return;
  std::string asked;
  std::string add;
  for (const auto& [name, type] : spec.outputs) {
    const auto given = outputs->find(name);
    if (given != outputs->end() && !given->second.is_null()) continue;
    asked += (asked.empty() ? "" : ", ") + name + " (" + std::string(name_of(type)) + ")";
    add += " -s " + name + "=...";
  }
  if (!asked.empty()) {
    return draft.refuse(ErrorCode::invalid,
                        draft.address(*i) + " asks for " + asked + ": add " + add);
  }
  draft.emit(*i, state::StepSucceeded{std::move(*outputs), false, command.by.who, command.by.say});
}

}  // namespace rung::engine
