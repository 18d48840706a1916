#include "tests/cost/drive.h"

#include "base/ensure.h"

namespace rung::cost {

using namespace engine;  // NOLINT(google-build-using-namespace): the whole core, as it stands

Drive::Drive(std::shared_ptr<const Graph> graph, OutcomeOf outcome_of)
    : graph_(std::move(graph)), outcome_of_(std::move(outcome_of)) {
  now_.utc = TimePoint{std::chrono::hours(24 * 365 * 50)};
  now_.boot = std::chrono::hours(1);
  NewRun run;
  run.id = RunId{42};
  run.mode = "planned";
  Decision created = create_run(state_, run, context());
  journal_ = std::move(created.events);
  epoch_ += 1;
  send(Claim{Epoch{epoch_}, Host{"m", "boot", "ns", "host"}, 7, "li", "test"});
}

void Drive::begin_all() {
  while (has_more_) send(Go{});
}

void Drive::to_the_end() {
  while (step()) {
  }
}

bool Drive::step() {
  if (has_more_) {
    send(Go{});
    return true;
  }
  if (!begun_.empty()) {
    const NodeIndex i = begun_.front().step;
    begun_.pop_front();
    const StepState& state = state_.at(i);
    Outcome outcome = outcome_of_ ? outcome_of_(i, state.attempts) : Outcome(Done{});
    send(FinishAttempt{i, state.generation, state.attempts, std::move(outcome), false});
    return true;
  }
  const NextDue due = next_due(state_);
  if (!due.by_boot || state::is_terminal(status())) return false;
  const Duration wait = std::max(due.by_boot->boot - now_.boot, Duration::zero());
  now_ = now_ + wait;
  send(PassTime{});
  return true;
}

void Drive::recover() {
  auto folded = fold(*graph_, RunId{42}, journal_);
  ENSURE(folded.has_value(), "a journal that the core wrote folds");
  state_ = std::move(folded).value();
  begun_.clear();
  has_more_ = false;
  epoch_ += 1;
  send(Claim{Epoch{epoch_}, Host{"m", "boot", "ns", "host"}, 8, "li", "test"});
}

void Drive::send(const Command& command) {
  Decision decision = decide(state_, command, context());
  ENSURE(!decision.refusal, "the core takes what an engine sends");
  has_more_ = decision.more;
  for (state::Event& event : decision.events) journal_.push_back(std::move(event));
  for (const Effect& effect : decision.effects) {
    if (const auto* start = std::get_if<StartAttempt>(&effect)) begun_.push_back(*start);
  }
}

Context Drive::context() const {
  Context c;
  c.graph = graph_.get();
  c.now = now_;
  c.facts = this;
  c.calendar = this;
  c.files = this;
  c.driving = Driving::drive;
  return c;
}

EffectClass Drive::effect_class(const std::string&, const Value::Map& with) const {
  return *parse_effect_class(*with.at("class").string());
}
bool Drive::can_probe(const std::string&) const {
  return false;
}
Result<TimePoint> Drive::next(std::string_view, std::string_view, TimePoint now) const {
  return now;
}
std::string Drive::changed(const Plan&, const runbooks::Step&) const {
  return "";
}

}  // namespace rung::cost
