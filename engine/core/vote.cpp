#include "base/words.h"
#include "engine/core/commands.h"
#include "engine/core/people.h"
#include "engine/core/quorum.h"
#include "engine/core/resolve.h"

namespace rung::engine {
namespace {

constexpr std::size_t kShortestHash = 6;

bool is_open_approval(const Draft& draft, NodeIndex i) {
  return draft.step(i).kind == StepKind::approve && draft.at(i).status == StepStatus::running;
}

// "" where they may.
std::string forbidden(const Draft& draft, NodeIndex i, const Vote& vote) {
  const auto& spec = draft.step(i).approve;
  const std::string address = draft.address(i);
  if (!may_answer(draft.graph(), draft.state(), {i, spec.by}, vote.by)) {
    return vote.by.who + " may not decide " + address + "; " + joined(spec.by) + " may";
  }
  const bool is_requester = vote.by.who == draft.state().created->who;
  if (vote.approve && !spec.by.empty() && is_requester) {
    return vote.by.who + " started this run and may not approve " + address + " (four eyes); " +
           joined(spec.by) + " may, but for " + vote.by.who;
  }
  for (const state::Voted& earlier : draft.at(i).votes) {
    if (earlier.approve && earlier.who == vote.by.who)
      return vote.by.who + " has approved " + address + " already; it needs " +
             missing_text(spec, draft.at(i).votes);
  }
  return "";
}

// "" where the answer is about this run's plan.
std::string other_plan(const RunState& run, const std::string& plan) {
  if (plan.empty()) return "";
  if (plan.size() < kShortestHash)
    return "--plan " + plan + " is too short to tell plans apart; give " +
           std::to_string(kShortestHash) + " digits or more";
  const std::string& own = run.created->plan;
  if (own.starts_with(plan)) return "";
  return run_name(run) + " follows plan " + own.substr(0, kShortestHash) + ", not " + plan +
         "; see what it asks now:  rung why " + std::to_string(run.id.number);
}

// What the approval shows, as it is now. A value that cannot be computed any more shows why.
Value::Map shown_now(const Draft& draft, NodeIndex i) {
  const auto now = [&](const runbooks::Template& t) {
    auto value = resolve(t, *draft.context().evaluator, draft.scope(i));
    return value ? std::move(value).value() : Value("error: " + value.error().message());
  };
  const auto& spec = draft.step(i).approve;
  Value::Map shown{{"ask", now(spec.ask)}};
  Value::Map facts;
  for (const auto& [name, source] : spec.show) facts.emplace(name, now(source));
  if (!facts.empty()) shown.emplace("show", Value(std::move(facts)));
  return shown;
}

// Whether people approved something else than what is so now; then they are asked again.
bool is_void(Draft& draft, NodeIndex i) {
  Value::Map before = draft.at(i).shown;
  before.erase("was");
  Value::Map shown = shown_now(draft, i);
  if (shown == before) return false;
  shown.emplace("was", Value(std::move(before)));
  draft.emit(i, state::ApprovalVoided{std::move(shown)});
  draft.notice("what was shown has changed meanwhile, so " + draft.address(i) + " is asked again");
  return true;
}

}  // namespace

void carry_out(Draft& draft, const Vote& command) {
  const auto i =
      named_step(draft, command.step, is_open_approval, "approval that waits for an answer");
  if (!i) return;
  const auto& spec = draft.step(*i).approve;
  if (std::string why = other_plan(draft.state(), command.plan); !why.empty())
    return draft.refuse(ErrorCode::conflict, std::move(why));
  if (std::string why = forbidden(draft, *i, command); !why.empty())
    return draft.refuse(ErrorCode::denied, std::move(why));
  draft.emit(*i, state::Voted{command.approve, command.by.who, command.by.say,
                              names_of(draft.graph(), draft.state(), spec.by, command.by),
                              draft.state().created->plan});
  if (!command.approve) return reject(draft, *i, command.by);
  if (const std::string missing = missing_text(spec, draft.at(*i).votes); !missing.empty())
    return draft.notice(draft.address(*i) + " needs " + missing);
  if (is_void(draft, *i)) return;
  state::StepSucceeded done;
  done.outputs = {{"approved", Value(true)}, {"by", Value(command.by.who)}};
  done.who = command.by.who;
  done.say = command.by.say;
  draft.emit(*i, std::move(done));
}

}  // namespace rung::engine
