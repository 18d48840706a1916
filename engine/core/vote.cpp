#include "base/words.h"
#include "engine/core/commands.h"
#include "engine/core/people.h"

namespace rung::engine {
namespace {

bool is_open_approval(const Draft& draft, NodeIndex i) {
  return draft.step(i).kind == StepKind::approve && draft.at(i).status == StepStatus::running;
}

// "" where they may.
std::string forbidden(const Draft& draft, NodeIndex i, const Vote& vote) {
  const auto& spec = draft.step(i).approve;
  const std::string& address = draft.address(i);
  if (!is_one_of(draft.graph().plan(), spec.by, vote.by)) {
    return vote.by.who + " may not decide " + address + "; " + joined(spec.by) + " may";
  }
  const bool is_requester = vote.by.who == draft.state().created->who;
  if (vote.approve && !spec.by.empty() && is_requester) {
    return vote.by.who + " started this run and may not approve " + address + " (four eyes); " +
           joined(spec.by) + " may, but for " + vote.by.who;
  }
  for (const state::Voted& earlier : draft.at(i).votes) {
    if (earlier.approve && earlier.who == vote.by.who)
      return vote.by.who + " has approved " + address + " already";
  }
  return "";
}

std::int64_t approvals(const StepState& step) {
  std::int64_t count = 0;
  for (const state::Voted& vote : step.votes) count += vote.approve ? 1 : 0;
  return count;
}

}  // namespace

void carry_out(Draft& draft, const Vote& command) {
  const auto i =
      named_step(draft, command.step, is_open_approval, "approval that waits for an answer");
  if (!i) return;
  if (std::string why = forbidden(draft, *i, command); !why.empty()) {
    return draft.refuse(ErrorCode::denied, std::move(why));
  }
  draft.emit(*i, state::Voted{command.approve, command.by.who, command.by.say});
  if (!command.approve) return reject(draft, *i, command.by);
  if (approvals(draft.at(*i)) < draft.step(*i).approve.count) return;
  state::StepSucceeded done;
  done.outputs = {{"approved", Value(true)}, {"by", Value(command.by.who)}};
  done.who = command.by.who;
  done.say = command.by.say;
  draft.emit(*i, std::move(done));
}

}  // namespace rung::engine
