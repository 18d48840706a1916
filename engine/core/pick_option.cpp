#include "base/diagnostic.h"
#include "engine/core/commands.h"
#include "engine/core/people.h"

#include <algorithm>

namespace rung::engine {
namespace {

bool is_open_decision(const Draft& draft, NodeIndex i) {
  return draft.step(i).kind == StepKind::decide && draft.at(i).status == StepStatus::running;
}

std::string no_such_option(const Draft& draft, NodeIndex i, const std::string& given) {
  std::vector<std::string_view> known;
  std::string list;
  for (const auto& [name, meaning] : draft.step(i).decide.options) {
    known.push_back(name);
    list += (list.empty() ? "" : ", ") + name;
  }
  const auto near = nearest(given, known);
  return draft.address(i) + " has no option " + given + "; it has " + list +
         (near.empty() ? "" : ". Did you mean " + std::string(near) + "?");
}

}  // namespace

void carry_out(Draft& draft, const PickOption& command) {
  const auto i =
      named_step(draft, command.step, is_open_decision, "decision that waits for an answer");
  if (!i) return;
  const runbooks::Step& step = draft.step(*i);
  if (!may_answer(draft.graph(), draft.state(), {*i, step.decide.by}, command.by)) {
    return draft.refuse(ErrorCode::denied,
                        command.by.who + " is not among those who may decide " + draft.address(*i));
  }
  const auto& options = step.decide.options;
  const bool is_known = std::any_of(options.begin(), options.end(), [&](const auto& option) {
    return option.first == command.option;
  });
  if (!is_known) return draft.refuse(ErrorCode::invalid, no_such_option(draft, *i, command.option));
  state::StepSucceeded done;
  done.outputs = {{"choice", Value(command.option)}, {"by", Value(command.by.who)}};
  done.who = command.by.who;
  done.say = command.by.say;
  draft.emit(*i, std::move(done));
}

}  // namespace rung::engine
