#include "service/report/lives.h"

#include <algorithm>

namespace rung::service {
namespace {

using namespace state;  // NOLINT(google-build-using-namespace): the event types, all of them
using runbooks::StepKind;

class Biographer {
 public:
  explicit Biographer(const StepKinds& kinds) : kinds_(kinds) {}

  void read(const Event& event) {
    event_ = &event;
    position_ += 1;
    std::visit([this](const auto& payload) { on(payload); }, event.payload);
  }

  Lives take(TimePoint until) {
    if (paused_at_) lives_.paused.emplace_back(*paused_at_, until);
    for (Life& life : lives_.steps) {
      if (!life.is_open) continue;
      life.spans.back().to = std::max(until, life.spans.back().from);
      life.ended = position_ + 1;
    }
    return std::move(lives_);
  }

 private:
  void on(const StepStarted&) { begin(Doing::working); }
  void on(const StepOpened&) {
    const StepKind what = kind();
    const bool is_group = what == StepKind::group || what == StepKind::two_phase;
    begin(is_group ? Doing::working : what == StepKind::wait ? Doing::waiting : Doing::asking);
  }
  void on(const RetryScheduled&) { begin(Doing::delayed); }
  void on(const StepInDoubt&) { begin(Doing::doubted); }
  void on(const StepSucceeded&) { end(); }
  void on(const ParticipantPrepared&) { begin(Doing::waiting); }
  void on(const ParticipantSettled&) { end(); }
  void on(const StepFailed&) { end(); }
  void on(const StepSkipped&) { end(); }
  void on(const AttemptEnded& e) {
    if (!e.who.empty()) begin(Doing::working);  // what follows from a person's answer
  }
  void on(const UndoPlanned& e) { lives_.undos = e.steps; }
  void on(const RunPaused&) {
    if (!paused_at_) paused_at_ = event_->at;
  }
  void on(const RunContinued&) { go_on(); }
  void on(const RunEnding&) { go_on(); }
  void on(const RunFinished&) {
    go_on();
    for (Life& life : lives_.steps) {
      if (life.is_open) close(life);
    }
  }
  template <class Other>
  void on(const Other&) {}

  StepKind kind() const {
    const auto found = kinds_.find(event_->step);
    return found == kinds_.end() ? StepKind::action : found->second;
  }
  Life& life() {
    const auto [found, is_new] = index_.try_emplace(event_->step, lives_.steps.size());
    if (is_new) {
      Life life;
      life.address = event_->step;
      life.is_group = kind() == StepKind::group || kind() == StepKind::two_phase;
      life.began = position_;
      lives_.steps.push_back(std::move(life));
    }
    return lives_.steps[found->second];
  }
  void begin(Doing doing) {
    Life& one = life();
    if (one.is_open) close(one);
    one.spans.push_back({doing, event_->at, event_->at});
    one.is_open = true;
  }
  void end() {
    Life& one = life();
    if (one.is_open) return close(one);
    // Begun and ended at once, or skipped after it had failed.
    one.spans.push_back({Doing::working, event_->at, event_->at});
    one.ended = position_;
  }
  void close(Life& one) {
    one.spans.back().to = event_->at;
    one.is_open = false;
    one.ended = position_;
  }
  void go_on() {
    if (paused_at_) lives_.paused.emplace_back(*paused_at_, event_->at);
    paused_at_.reset();
  }

  const StepKinds& kinds_;
  const Event* event_ = nullptr;
  std::size_t position_ = 0;
  Lives lives_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::optional<TimePoint> paused_at_;
};

}  // namespace

Lives lives_of(const std::vector<Event>& events, const StepKinds& kinds, TimePoint until) {
  Biographer biographer(kinds);
  for (const Event& event : events) biographer.read(event);
  return biographer.take(until);
}

}  // namespace rung::service
