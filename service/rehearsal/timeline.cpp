#include "service/rehearsal/timeline.h"

#include "service/spoken_time.h"

#include <optional>
#include <utility>

namespace rung::service {
namespace {

struct Words {
  std::string mark;
  std::string text;
};
using Said = std::optional<Words>;

// What says nothing: an output of an action that went as usual.
bool is_nothing(const std::string& name, const Value& value) {
  if (const auto* map = value.map()) return map->empty();
  if (holds_looks(name, value)) return true;
  const bool is_routine = name == "exit_code" || name == "elapsed" || name == "truncated";
  const std::string text = to_text(value);
  return value.is_null() || text.empty() ||
         (is_routine && (text == "0" || text == "0s" || text == "false"));
}

std::string listed(const Value::Map& values) {
  std::string out;
  for (const auto& [name, value] : values) {
    const std::string text = to_text(value);
    if (is_nothing(name, value)) continue;
    out += (out.empty() ? "" : "  ") + name + "=" + text;
  }
  return out;
}

std::string by(const std::string& who, const std::string& say) {
  if (who.empty()) return "";
  return " by " + who + (say.empty() ? "" : ": " + say);
}

// To the millisecond: a retry's delay is jittered to the nanosecond.
std::string shown(Duration time) {
  return to_string(Duration(std::chrono::round<std::chrono::milliseconds>(time)));
}

std::string with_class(const ActionError& error) {
  return std::string(name_of(error.error_class)) + ": " + error.message;
}

std::string_view word_of(state::AttemptEnd end) {
  switch (end) {
    case state::AttemptEnd::not_done: return "not done";
    case state::AttemptEnd::failed: return "failed";
    case state::AttemptEnd::unknown: return "unknown";
  }
  return "";
}

std::string_view word_of(state::Ending ending) {
  switch (ending) {
    case state::Ending::succeed: return "succeeds";
    case state::Ending::fail: return "fails";
    case state::Ending::cancel: return "is cancelled";
    case state::Ending::undo: return "is undone";
  }
  return "";
}

// What each kind of event says. One overload for each, so that a new kind must say something.
class Teller {
 public:
  explicit Teller(TimePoint at) : at_(at) {}

  Said operator()(const state::RunCreated& e) const {
    const std::string mode = e.mode.empty() ? "" : ", mode " + e.mode;
    const std::string inputs = listed(e.inputs);
    return Words{"", "created" + by(e.who, "") + mode + (inputs.empty() ? "" : "  " + inputs)};
  }
  Said operator()(const state::RunClaimed& e) const {
    if (e.epoch <= 1) return std::nullopt;
    return Words{"", "the engine was killed; the next one takes over"};
  }
  Said operator()(const state::RunReleased& e) const {
    return Words{"", "the engine stopped" + (e.reason.empty() ? "" : ": " + e.reason)};
  }
  Said operator()(const state::RunPaused& e) const {
    return Words{"", "paused" + by(e.who, e.say) + (e.detail.empty() ? "" : ": " + e.detail)};
  }
  Said operator()(const state::RunContinued& e) const {
    return Words{"", "continued" + by(e.who, e.say)};
  }
  Said operator()(const state::RunEnding& e) const {
    if (e.ending == state::Ending::succeed) return std::nullopt;
    return Words{"", "it " + std::string(word_of(e.ending)) + by(e.who, e.say) +
                         (e.reason.empty() ? "" : ": " + e.reason)};
  }
  Said operator()(const state::UndoPlanned&) const { return Words{"", "the undo begins"}; }
  Said operator()(const state::FinallyStarted&) const { return std::nullopt; }
  Said operator()(const state::RunStuck& e) const { return Words{"", "stuck at " + e.step}; }
  Said operator()(const state::RunFinished& e) const {
    const std::string outputs = listed(e.outputs);
    return Words{"", std::string(state::name_of(e.status)) +
                         (e.reason.empty() ? "" : ": " + e.reason) +
                         (outputs.empty() ? "" : "  " + outputs)};
  }
  Said operator()(const state::LocksAsked& e) const {
    std::string names;
    for (const auto& list : {e.exclusive, e.shared})
      for (const std::string& name : list) names += (names.empty() ? "" : ", ") + name;
    if (!e.key.empty()) names += (names.empty() ? "" : ", ") + ("concurrency:" + e.key);
    return Words{"", "asks for the locks " + names};
  }
  Said operator()(const state::LocksTaken&) const { return Words{"", "has its locks"}; }
  Said operator()(const state::LocksFreed&) const { return Words{"", "frees its locks"}; }
  Said operator()(const state::RunNoted& e) const { return Words{"", "note: " + e.text}; }
  Said operator()(const state::SignalReceived& e) const {
    return Words{"", "signal " + e.name + by(e.who, "")};
  }
  Said operator()(const state::StepStarted& e) const {
    if (e.turn != state::Turn::work)
      return Words{">>", e.turn == state::Turn::commit ? "commit" : "roll back"};
    return Words{">>", e.attempt > 1 ? "attempt " + std::to_string(e.attempt) : ""};
  }
  Said operator()(const state::StepOpened& e) const {
    std::string text = listed(e.shown);
    if (const auto ask = e.shown.find("ask"); ask != e.shown.end()) text = to_text(ask->second);
    if (const auto task = e.shown.find("do"); task != e.shown.end()) text = to_text(task->second);
    if (e.due) text += (text.empty() ? "for " : "  for ") + shown(*e.due - at_);
    return Words{"?", text};
  }
  Said operator()(const state::StepLooked& e) const {
    const std::string saw = e.error.empty() ? listed(e.outputs) : e.error;
    return Words{"..", (e.holds ? "look: holds  " : "look: does not hold  ") + saw};
  }
  Said operator()(const state::LoopOpened& e) const {
    return Words{">>", std::to_string(e.keys.size()) + " items"};
  }
  Said operator()(const state::ChildOpened& e) const { return Words{">>", listed(e.inputs)}; }
  Said operator()(const state::ScriptCalled& e) const {
    return Words{">>", "line " + std::to_string(e.line) + ": " + e.kind + " " + e.name};
  }
  Said operator()(const state::ScriptNoted& e) const {
    return Words{"", e.kind + "() = " + to_text(e.value)};
  }
  Said operator()(const state::StepSucceeded& e) const {
    return Words{"ok", listed(e.outputs) + (e.adopted ? "  adopted" : "") + by(e.who, e.say)};
  }
  Said operator()(const state::AttemptEnded& e) const {
    return Words{"--", std::string(word_of(e.end)) + by(e.who, e.say) + ": " + with_class(e.error)};
  }
  Said operator()(const state::RetryScheduled& e) const {
    return Words{"..", "again after " + shown(e.due - at_)};
  }
  Said operator()(const state::StepInDoubt& e) const {
    return Words{"??", "in doubt: " + e.detail};
  }
  Said operator()(const state::StepFailed& e) const {
    return Words{"FAIL", with_class(e.error) + (e.tolerated ? "  (tolerated)" : "")};
  }
  Said operator()(const state::StepSkipped& e) const {
    return Words{"skip", e.reason + by(e.who, e.say)};
  }
  Said operator()(const state::StepReset& e) const {
    return Words{"..", "tried again" + by(e.who, e.say)};
  }
  Said operator()(const state::StepCorrected& e) const {
    return Words{"..", "corrected" + by(e.who, e.say) + "  " + listed(e.with)};
  }
  Said operator()(const state::Voted& e) const {
    return Words{"?", (e.approve ? "approved" : "rejected") + by(e.who, e.say)};
  }
  Said operator()(const state::ApprovalVoided&) const {
    return Words{"?", "asked again: what was shown has changed"};
  }
  Said operator()(const state::RunCommanded& e) const {
    return Words{"", e.to + " commands" + by(e.who, e.say)};
  }
  Said operator()(const state::ModeSwitched& e) const {
    return Words{"", "goes on in mode " + e.mode + by(e.who, e.say)};
  }
  Said operator()(const state::Reminded& e) const {
    std::string to;
    for (const std::string& name : e.to) to += (to.empty() ? "" : ", ") + name;
    if (!to.empty()) return Words{"?", "nobody answered; asked too: " + to};
    return Words{"?", "still waits, reminder " + std::to_string(e.count)};
  }
  Said operator()(const state::TwoPhaseDecided& e) const {
    if (e.commit) return Words{"!!", "decided: commit"};
    return Words{"!!", "decided: roll back: " + with_class(e.error)};
  }
  Said operator()(const state::ParticipantPrepared& e) const {
    return Words{"..", "prepared  " + listed(e.outputs)};
  }
  Said operator()(const state::ParticipantSettled& e) const {
    return Words{e.committed ? "ok" : "--", (e.committed ? "committed" : "rolled back") +
                                                by(e.who, e.say) +
                                                (e.detail.empty() ? "" : ": " + e.detail)};
  }
  Said operator()(const state::StepUndone&) const { return Words{"ok", "undone"}; }

 private:
  TimePoint at_;
};

}  // namespace

std::vector<TimelineLine> timeline_of(const std::vector<state::Event>& events,
                                      const runbooks::Plan& plan) {
  std::vector<TimelineLine> lines;
  for (const state::Event& event : events) {
    const auto step = plan.find(event.step);
    const bool is_group = step && holds_steps(plan.step(*step));
    // A group begins and succeeds with the steps in it, which say more.
    if (is_group && (std::holds_alternative<state::StepOpened>(event.payload) ||
                     std::holds_alternative<state::StepSucceeded>(event.payload)))
      continue;
    auto said = std::visit(Teller(event.at), event.payload);
    if (!said) continue;
    said->text.erase(0, said->text.find_first_not_of(' '));
    lines.push_back(
        {event.at - events.front().at, std::move(said->mark), event.step, std::move(said->text)});
  }
  return lines;
}

}  // namespace rung::service
