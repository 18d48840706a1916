#include "service/history.h"

#include "base/words.h"

namespace rung::service {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;  // clang 14 deduces none for an aggregate

std::string deed_of(const state::RunEnding& ending) {
  switch (ending.ending) {
    case state::Ending::cancel: return "cancelled";
    case state::Ending::undo: return "asked to undo";
    case state::Ending::succeed:
    case state::Ending::fail: break;
  }
  return "ended";
}

// "url=https://west/copy, env.REGION=west"
std::string corrections_text(const Value::Map& with) {
  std::string text;
  for (const auto& [key, value] : with)
    text += (text.empty() ? "" : ", ") + key + "=" + to_text(value);
  return text;
}

bool is_by_person(const state::Payload& payload) {
  return std::visit(
      [](const auto& e) {
        if constexpr (requires { e.who; } &&
                      !std::is_same_v<std::decay_t<decltype(e)>, state::RunClaimed> &&
                      !std::is_same_v<std::decay_t<decltype(e)>, state::RunCreated>) {
          return !e.who.empty();
        }
        return false;
      },
      payload);
}

}  // namespace

History::History(const engine::Graph& graph, RunId run) : graph_(graph) {
  state_.id = run;
}

std::optional<TimePoint> History::doubted_at(const std::string& address) const {
  const auto found = doubted_at_.find(address);
  return found == doubted_at_.end() ? std::nullopt : std::optional(found->second);
}

std::int64_t History::corrected_after(const std::string& address) const {
  const auto found = corrected_after_.find(address);
  return found == corrected_after_.end() ? 0 : found->second;
}

Result<void> History::add(const state::Event& event) {
  if (const auto* claim = std::get_if<state::RunClaimed>(&event.payload)) note_claim(event, *claim);
  if (const auto* release = std::get_if<state::RunReleased>(&event.payload))
    note_release(event, *release);
  note_attempt(event);
  note_deed(event);
  last_was_person_ = is_by_person(event.payload);
  // What a person asked is recorded without an engine, too; only the rest shows that one lived.
  if (!last_was_person_) last_engine_at_ = event.at;
  return engine::apply_in_place(graph_, state_, event);
}

void History::note_claim(const state::Event& event, const state::RunClaimed& claim) {
  // It had put the run out of its memory while nothing was to be done.
  if (state_.claim && state_.claim->epoch == claim.epoch && state_.claim->pid == claim.pid &&
      state_.claim->host == claim.host && !state_.released_at)
    return;
  EngineView view;
  view.at = event.at;
  view.pid = claim.pid;
  view.host = claim.host.name;
  view.who = claim.who;
  view.rung = claim.rung;
  view.events_before = state_.seq.number;
  view.last_seen = last_engine_at_;
  if (state_.claim) {
    view.is_takeover = true;
    view.same_boot = state_.claim->host == claim.host;
    view.previous_stopped = state_.released_at.has_value();
    view.previous_pid = state_.claim->pid;
    view.previous_host = state_.claim->host.name;
    // Steps that a person's command made ready while no engine ran were left by nobody.
    const bool was_going_on = !state_.ready.empty() && !state_.paused && !state_.failed_by &&
                              !engine::awaits_locks(state_);
    view.was_interrupted = state_.in_flight > 0 || (was_going_on && !last_was_person_);
  }
  for (std::uint32_t n = 0; n < state_.steps.size(); ++n) {
    const engine::StepState& step = state_.steps[n];
    if (holds_steps(tree().step({n}))) continue;
    const std::string address = tree().address({n});
    const bool is_open =
        step.status == StepStatus::running || step.status == StepStatus::backing_off;
    if (step.status == StepStatus::succeeded) view.done_before.push_back(address);
    if (is_open && step.phase == engine::AttemptPhase::in_flight) {
      view.in_flight.push_back(address);
      survivors_.insert(address);
    }
  }
  engines_.push_back(std::move(view));
}

void History::note_release(const state::Event& event, const state::RunReleased& release) {
  if (engines_.empty()) return;
  engines_.back().stopped_at = event.at;
  engines_.back().stopped_because = release.reason;
}

void History::note_attempt(const state::Event& event) {
  std::visit(Overloaded{
                 [&](const state::StepStarted& e) {
                   survivors_.erase(event.step);
                   if (e.turn != state::Turn::work) return;  // not the same once more
                   repeated_ += static_cast<std::int64_t>(unknown_.erase(event.step));
                 },
                 [&](const state::ParticipantPrepared&) { survivors_.erase(event.step); },
                 [&](const state::ParticipantSettled&) {
                   survivors_.erase(event.step);
                   unknown_.erase(event.step);
                 },
                 [&](const state::StepSucceeded& e) {
                   const bool outlived = survivors_.erase(event.step) > 0;
                   adopted_ += outlived || e.adopted ? 1 : 0;
                   unknown_.erase(event.step);
                 },
                 [&](const state::AttemptEnded& e) {
                   const bool outlived = survivors_.erase(event.step) > 0;
                   if (e.end == state::AttemptEnd::failed && outlived) adopted_ += 1;
                   if (e.end == state::AttemptEnd::unknown)
                     unknown_.insert(event.step);
                   else
                     unknown_.erase(event.step);
                 },
                 [&](const state::StepInDoubt&) {
                   doubts_ += 1;
                   doubted_at_[event.step] = event.at;
                   unknown_.erase(event.step);
                 },
                 [&](const state::RunPaused&) { paused_at_ = event.at; },
                 [&](const state::StepCorrected&) {
                   if (const auto i = tree().find(event.step))
                     corrected_after_.emplace(event.step, state_.at(*i).attempts);
                 },
                 [](const auto&) {},
             },
             event.payload);
}

namespace {

std::string started(const state::RunCreated& created) {
  return created.despite.empty() ? "started" : "started although " + joined(created.despite, "; ");
}

}  // namespace

void History::note_deed(const state::Event& event) {
  const auto deed = [&](const std::string& who, std::string what, const std::string& say) {
    if (!who.empty()) deeds_.push_back({event.at, who, std::move(what), event.step, say});
  };
  std::visit(
      Overloaded{
          [&](const state::RunCreated& e) { deed(e.who, started(e), e.say); },
          [&](const state::RunPaused& e) { deed(e.who, "paused", e.say); },
          [&](const state::RunContinued& e) { deed(e.who, "resumed", e.say); },
          [&](const state::RunEnding& e) { deed(e.who, deed_of(e), e.say); },
          [&](const state::RunNoted& e) { deed(e.who, "noted", e.text); },
          [&](const state::SignalReceived& e) { deed(e.who, "sent signal " + e.name, ""); },
          [&](const state::Voted& e) { deed(e.who, e.approve ? "approved" : "rejected", e.say); },
          [&](const state::StepSucceeded& e) {
            const auto step = tree().find(event.step);
            const StepKind kind = step ? tree().step(*step).kind : StepKind::action;
            if (kind == StepKind::approve) return;  // its votes say it
            const auto choice = e.outputs.find("choice");
            const bool is_decision = kind == StepKind::decide && choice != e.outputs.end();
            const std::string what = is_decision ? "decided on " + to_text(choice->second)
                                     : kind == StepKind::manual ? "did"
                                                                : "resolved as done";
            deed(e.who, what, e.say);
          },
          [&](const state::AttemptEnded& e) {
            const bool failed = e.end == state::AttemptEnd::failed;
            deed(e.who, failed ? "resolved as failed" : "resolved as not done", e.say);
          },
          [&](const state::ParticipantSettled& e) {
            deed(e.who, e.committed ? "resolved as committed" : "resolved as rolled back", e.say);
          },
          [&](const state::StepSkipped& e) { deed(e.who, "skipped", e.say); },
          [&](const state::StepCorrected& e) {
            deed(e.who, "corrected",
                 corrections_text(e.with) + (e.say.empty() ? "" : " (" + e.say + ")"));
          },
          [&](const state::RunCommanded& e) {
            deed(e.who, e.to == e.who ? "took command" : "handed command to " + e.to, e.say);
          },
          [&](const state::ModeSwitched& e) { deed(e.who, "switched to " + e.mode, e.say); },
          [&](const state::StepReset& e) { deed(e.who, "retried", e.say); },
          [](const auto&) {},
      },
      event.payload);
}

}  // namespace rung::service
