#include "service/report/timeline.h"

#include "service/spoken_time.h"

#include <array>
#include <utility>

namespace rung::service {
namespace {

using namespace state;  // NOLINT(google-build-using-namespace): the event types, all of them
using runbooks::StepKind;

constexpr std::array<std::pair<MomentKind, std::string_view>, 9> kMomentKinds = {{
    {MomentKind::run, "run"},
    {MomentKind::engine, "engine"},
    {MomentKind::person, "person"},
    {MomentKind::question, "question"},
    {MomentKind::wait, "wait"},
    {MomentKind::attempt, "attempt"},
    {MomentKind::delay, "delay"},
    {MomentKind::doubt, "doubt"},
    {MomentKind::skip, "skip"},
}};
constexpr std::array<std::pair<Ended, std::string_view>, 5> kEnds = {{
    {Ended::not_yet, "not_yet"},
    {Ended::done, "done"},
    {Ended::not_done, "not_done"},
    {Ended::failed, "failed"},
    {Ended::unknown, "unknown"},
}};

std::string text_of(const Value::Map& map, std::string_view name) {
  const auto found = map.find(name);
  return found == map.end() ? "" : to_text(found->second);
}

// The author's own outputs; what every command has beside them says little.
std::string outputs_text(const Value::Map& outputs) {
  std::string text;
  for (const auto& [name, value] : outputs) {
    if (name == "stdout" || name == "stderr" || name == "exit_code") continue;
    if (holds_looks(name, value)) continue;
    text += (text.empty() ? "" : "  ") + name + "=" + spoken(value);
  }
  return text;
}

std::string error_text(const ActionError& error) {
  return std::string(name_of(error.error_class)) + ": " + error.message;
}

Ended ended_of(AttemptEnd end) {
  switch (end) {
    case AttemptEnd::not_done: return Ended::not_done;
    case AttemptEnd::failed: return Ended::failed;
    case AttemptEnd::unknown: return Ended::unknown;
  }
  return Ended::unknown;
}

class Story {
 public:
  explicit Story(const StepKinds& kinds) : kinds_(kinds) {}

  void tell(const Event& event) {
    event_ = &event;
    std::visit([this](const auto& payload) { on(payload); }, event.payload);
    last_at_ = event.at;
  }
  std::vector<Moment> take() { return std::move(moments_); }

 private:
  // --- the run

  void on(const RunCreated& e) { person("started", e.who, e.say); }
  void on(const RunClaimed& e) {
    const bool is_same = claim_ && claim_->epoch == e.epoch && claim_->pid == e.pid &&
                         claim_->host == e.host && !is_released_;
    if (is_same) return;  // it had nothing to do for a while
    const std::string engine = "pid " + std::to_string(e.pid) + " on " + e.host.name;
    Moment& m = add(MomentKind::engine, claim_ ? "took over" : "drives");
    m.detail = engine + (e.rung.empty() ? "" : ", rung " + e.rung);
    m.who = e.who;
    if (claim_) m.detail += "; " + brief(event_->at - last_at_) + " after the last event";
    if (claim_ && !is_released_)
      m.detail += "; pid " + std::to_string(claim_->pid) + " left no word that it stopped";
    claim_ = e;
    is_released_ = false;
  }
  void on(const RunReleased& e) {
    add(MomentKind::engine, "stopped in order").detail = e.reason;
    is_released_ = true;
  }
  void on(const RunPaused& e) {
    paused_at_ = event_->at;
    if (e.who.empty())
      add(MomentKind::run, "paused").detail = e.detail;
    else
      person("paused", e.who, e.say);
    if (!e.step.empty()) asked_.try_emplace(e.step, event_->at);
  }
  void on(const RunContinued& e) {
    const bool is_said = !moments_.empty() && moments_.back().kind == MomentKind::person &&
                         moments_.back().at == event_->at && moments_.back().who == e.who;
    if (is_said) return;
    Moment& m = person("resumed", e.who, e.say);
    if (paused_at_) m.lasted = event_->at - *paused_at_;
  }
  void on(const RunEnding& e) {
    switch (e.ending) {
      case Ending::succeed: return;
      case Ending::fail: add(MomentKind::run, "ends as failed").detail = e.reason; return;
      case Ending::cancel:
        if (e.who.empty() || !e.step.empty())
          add(MomentKind::run, "is cancelled").detail = e.reason;
        else
          person(e.kill ? "cancelled, killing what runs" : "cancelled", e.who, e.say);
        return;
      case Ending::undo:
        if (e.who.empty() || !e.step.empty())
          add(MomentKind::run, "is to be undone").detail = e.reason;
        else
          person("asked to undo", e.who, e.say);
        return;
    }
  }
  void on(const UndoPlanned& e) {
    add(MomentKind::run, "undo begins").detail =
        std::to_string(e.steps.size()) + (e.steps.size() == 1 ? " step" : " steps");
  }
  void on(const FinallyStarted&) { add(MomentKind::run, "finally begins"); }
  void on(const RunStuck& e) {
    add(MomentKind::run, "is stuck").detail = e.step + " failed, and no try is left";
  }
  void on(const RunFinished& e) {
    for (const auto& [step, index] : open_) moments_[index].lasted = since(index);
    open_.clear();
    add(MomentKind::run, std::string(name_of(e.status))).detail = e.reason;
  }
  void on(const LocksAsked&) { locks_asked_at_.insert_or_assign(event_->step, event_->at); }
  void on(const LocksTaken&) {
    const std::string what = event_->step.empty() ? "has its locks" : "has the locks of its group";
    add(MomentKind::run, what).lasted = event_->at - locks_asked_at_[event_->step];
  }
  void on(const LocksFreed&) {}
  void on(const RunNoted& e) { person("noted", e.who, e.text); }
  void on(const SignalReceived& e) { person("sent signal " + e.name, e.who, ""); }

  // --- steps

  void on(const StepStarted& e) {
    close(Ended::done);
    const std::string what = e.turn == Turn::commit     ? ": commit"
                             : e.turn == Turn::rollback ? ": roll back"
                                                        : "";
    open(MomentKind::attempt, "try " + std::to_string(e.attempt) + what).ended = Ended::not_yet;
  }
  void on(const StepOpened& e) {
    const StepKind what = kind();
    if (what == StepKind::group || what == StepKind::two_phase) return;
    if (what == StepKind::wait) {
      open(MomentKind::wait, "waits").detail = e.due ? "until " + clock_time(*e.due) : "";
      return;
    }
    asked_[event_->step] = event_->at;
    const std::string ask = text_of(e.shown, "ask");
    open(MomentKind::question, "asks").detail = ask.empty() ? text_of(e.shown, "do") : ask;
  }
  void on(const StepLooked&) {}  // report/looks.h
  void on(const LoopOpened&) {}  // its items tell
  void on(const ChildOpened&) {}
  void on(const ScriptCalled&) {}  // its own events tell
  void on(const ScriptNoted&) {}
  void on(const StepSucceeded& e) {
    Moment* m = close(Ended::done);
    if (m == nullptr) {
      if (kind() == StepKind::group || kind() == StepKind::two_phase) return;
      m = &add(MomentKind::attempt, kind() == StepKind::set ? "set" : "done");
      m->lasted = Duration::zero();
    }
    if (m->kind == MomentKind::attempt) {
      m->detail = outputs_text(e.outputs);
      if (e.adopted) m->what += ", adopted";
    }
    if (m->kind == MomentKind::doubt) return answered("resolved as done", e.who, e.say);
    if (m->kind != MomentKind::question) return;
    const std::string by = text_of(e.outputs, "by");
    const std::string choice = text_of(e.outputs, "choice");
    if (e.who.empty()) {
      m->detail += " (nobody answered in time: " + outputs_text(e.outputs) + ")";
      asked_.erase(event_->step);
    } else if (kind() != StepKind::approve) {
      answered(choice.empty() ? "did it" : "decided on " + choice, e.who, e.say);
    }
  }
  void on(const AttemptEnded& e) {
    if (!e.who.empty()) {
      close(Ended::done);
      const bool failed = e.end == AttemptEnd::failed;
      return answered(failed ? "resolved as failed" : "resolved as not done", e.who, e.say);
    }
    if (Moment* m = close(ended_of(e.end))) {
      m->detail = error_text(e.error);
    } else if (const auto last = attempts_.find(event_->step); last != attempts_.end()) {
      moments_[last->second].ended = ended_of(e.end);
      moments_[last->second].detail += "; a look found: " + error_text(e.error);
    }
  }
  void on(const RetryScheduled&) { open(MomentKind::delay, "backs off").ended = Ended::not_yet; }
  void on(const StepInDoubt& e) {
    close(Ended::unknown);
    open(MomentKind::doubt, "in doubt").detail = e.detail;
    asked_[event_->step] = event_->at;
  }
  void on(const StepFailed& e) {
    const std::string tolerated = e.tolerated ? ", tolerated" : "";
    Moment* m = close(Ended::failed);
    if (m != nullptr && m->kind == MomentKind::question) m->detail += " (" + e.error.message + ")";
    if (m != nullptr || kind() == StepKind::group) return;
    const auto last = attempts_.find(event_->step);
    if (last != attempts_.end() && moments_[last->second].ended != Ended::done) {
      moments_[last->second].what += tolerated.empty() ? ", the last" : tolerated;
    } else {
      m = &add(MomentKind::attempt, "failed" + tolerated);
      m->ended = Ended::failed;
      m->detail = error_text(e.error);
    }
    asked_[event_->step] = event_->at;
  }
  void on(const StepSkipped& e) {
    close(Ended::done);
    if (!e.who.empty()) return answered("skipped", e.who, e.say);
    if (kind() == StepKind::group) return;
    add(MomentKind::skip, "skipped").detail = e.reason == "when"     ? "not needed (when)"
                                              : e.reason == "choose" ? "another branch was taken"
                                              : e.reason == "branch" ? "not reached"
                                                                     : e.reason;
  }
  void on(const StepReset& e) {
    answered("asked for another try", e.who, e.say);
    attempts_.erase(event_->step);
  }
  void on(const StepCorrected& e) {
    std::string values;
    for (const auto& [key, value] : e.with)
      values += (values.empty() ? "" : "  ") + key + "=" + to_text(value);
    person("corrected", e.who, e.say).detail = std::move(values);
  }
  void on(const Voted& e) {
    const auto asked = asked_.find(event_->step);
    Moment& m = person(e.approve ? "approved" : "rejected", e.who, e.say);
    if (asked != asked_.end()) m.lasted = event_->at - asked->second;
  }
  void on(const ApprovalVoided&) {
    add(MomentKind::question, "asks again").detail = "what was shown has changed";
  }
  void on(const RunCommanded& e) {
    person(e.to == e.who ? "took command" : "handed command to " + e.to, e.who, e.say);
  }
  void on(const ModeSwitched& e) { person("switched to " + e.mode, e.who, e.say); }
  void on(const Reminded& e) {
    std::string to;
    for (const std::string& name : e.to) to += (to.empty() ? "" : ", ") + name;
    if (!to.empty()) add(MomentKind::run, "nobody answered").detail = "asked too: " + to;
  }
  void on(const StepUndone&) {}
  void on(const TwoPhaseDecided& e) {
    Moment& m = add(MomentKind::run, e.commit ? "is to be committed" : "is to be rolled back");
    if (!e.commit) m.detail = e.error.message;
  }
  void on(const ParticipantPrepared& e) {
    Moment* m = close(Ended::done);
    if (m == nullptr) return;
    m->what += ", prepared";
    m->detail = outputs_text(e.outputs);
  }
  void on(const ParticipantSettled& e) {
    const std::string what = e.committed ? "committed" : "rolled back";
    Moment* m = close(Ended::done);
    if (!e.who.empty()) return answered("resolved as " + what, e.who, e.say);
    if (m == nullptr) {
      m = &add(MomentKind::attempt, what);
      m->lasted = Duration::zero();
    } else {
      m->what += ", " + what + (e.adopted ? " already" : "");
    }
    if (!e.detail.empty()) m->detail = e.detail;
  }

  // --- what they have in common

  StepKind kind() const {
    const auto found = kinds_.find(event_->step);
    return found == kinds_.end() ? StepKind::action : found->second;
  }
  Moment& add(MomentKind kind, std::string what) {
    Moment m;
    m.at = event_->at;
    m.kind = kind;
    m.step = event_->step;
    m.what = std::move(what);
    moments_.push_back(std::move(m));
    return moments_.back();
  }
  Moment& open(MomentKind kind, std::string what) {
    open_[event_->step] = moments_.size();
    if (kind == MomentKind::attempt) attempts_[event_->step] = moments_.size();
    Moment& m = add(kind, std::move(what));
    m.ended = Ended::not_yet;
    return m;
  }
  // Ends what stands open at the event's step; nullptr where nothing does.
  Moment* close(Ended ended) {
    const auto found = open_.find(event_->step);
    if (found == open_.end()) return nullptr;
    const std::size_t index = found->second;
    open_.erase(found);
    moments_[index].ended = ended;
    moments_[index].lasted = since(index);
    return &moments_[index];
  }
  Duration since(std::size_t index) const { return event_->at - moments_[index].at; }
  Moment& person(std::string what, const std::string& who, const std::string& say) {
    Moment& m = add(MomentKind::person, std::move(what));
    m.who = who;
    m.say = say;
    return m;
  }
  // Somebody did what the run waited for.
  void answered(std::string what, const std::string& who, const std::string& say) {
    Moment& m = person(std::move(what), who, say);
    const auto asked = asked_.find(event_->step);
    if (asked == asked_.end()) return;
    m.lasted = event_->at - asked->second;
    asked_.erase(asked);
  }

  const StepKinds& kinds_;
  const Event* event_ = nullptr;
  std::vector<Moment> moments_;
  std::map<std::string, std::size_t, std::less<>> open_;      // by step: what goes on there
  std::map<std::string, std::size_t, std::less<>> attempts_;  // by step: its latest
  std::map<std::string, TimePoint, std::less<>> asked_;       // by step: since when for people
  std::optional<TimePoint> paused_at_;
  std::map<std::string, TimePoint, std::less<>> locks_asked_at_;  // by step of the group
  TimePoint last_at_;
  std::optional<RunClaimed> claim_;
  bool is_released_ = false;  // by the latest engine
};

}  // namespace

std::string_view name_of(MomentKind kind) {
  for (const auto& [value, name] : kMomentKinds) {
    if (value == kind) return name;
  }
  return "";
}

std::string_view name_of(Ended ended) {
  for (const auto& [value, name] : kEnds) {
    if (value == ended) return name;
  }
  return "";
}

std::vector<Moment> timeline_of(const std::vector<Event>& events, const StepKinds& kinds) {
  Story story(kinds);
  for (const Event& event : events) story.tell(event);
  return story.take();
}

}  // namespace rung::service
