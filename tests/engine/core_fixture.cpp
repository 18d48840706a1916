#include "tests/engine/core_fixture.h"

#include "state/codec.h"

namespace rung::engine::testing {
namespace {

struct NameEffect {
  const StepTree tree;
  std::string operator()(const StartAttempt& e) const { return "start " + tree.address(e.step); }
  std::string operator()(const RecoverAttempt& e) const {
    return "recover " + tree.address(e.step);
  }
  std::string operator()(const ProbeAttempt& e) const { return "probe " + tree.address(e.step); }
  std::string operator()(const Look& e) const { return "look " + tree.address(e.step); }
  std::string operator()(const CancelAttempt& e) const { return "cancel " + tree.address(e.step); }
  std::string operator()(const ForgetAttempt& e) const { return "forget " + tree.address(e.step); }
};

}  // namespace

Context CoreTest::context() const {
  Context c;
  c.graph = graph_.get();
  c.now = clock_.now();
  c.evaluator = evaluator_.get();
  c.facts = this;
  c.calendar = this;
  c.files = this;
  c.driving = driving_;
  return c;
}

void CoreTest::given(PlanBuilder builder, Value::Map inputs) {
  graph_ = std::make_shared<const Graph>(builder.plan());
  NewRun run;
  run.id = RunId{42};
  run.plan_hash = to_hex(runbooks::hash_of(graph_->plan()));
  run.inputs = std::move(inputs);
  run.mode = graph_->plan().modes.front();
  run.by = by("li");
  state_ = RunState{};
  decision_ = create_run(state_, run, context());
  journal_ = decision_.events;
  if (!decision_.refusal) restarts();
}

const Decision& CoreTest::send(Command command) {
  decision_ = decide(state_, command, context());
  journal_.insert(journal_.end(), decision_.events.begin(), decision_.events.end());
  return decision_;
}

const Decision& CoreTest::ends(const std::string& step, Outcome outcome) {
  const StepState& s = at(step);
  return send(
      FinishAttempt{*tree().find(step), s.generation, s.attempts, std::move(outcome), false});
}

const Decision& CoreTest::probed(const std::string& step, ProbeAnswer answer) {
  return send(FinishProbe{*tree().find(step), at(step).attempts, std::move(answer), false});
}

const Decision& CoreTest::restarts(bool reboots) {
  if (reboots) {
    boots_ += 1;
    clock_.reboot();
  }
  epoch_ += 1;
  return send(Claim{Epoch{epoch_}, Host{"m", "boot" + std::to_string(boots_), "ns", "host"}, 7,
                    "li", "test"});
}

std::vector<std::string> CoreTest::events() const {
  std::vector<std::string> names;
  for (const state::Event& event : decision_.events) {
    names.push_back(std::string(state::name_of(event.payload)) +
                    (event.step.empty() ? "" : " " + event.step));
  }
  return names;
}

std::vector<std::string> CoreTest::effects() const {
  std::vector<std::string> names;
  for (const Effect& effect : decision_.effects)
    names.push_back(std::visit(NameEffect{tree()}, effect));
  return names;
}

EffectClass CoreTest::effect_class(const std::string&, const Value::Map& with) const {
  return *parse_effect_class(*with.at("class").string());
}
bool CoreTest::can_probe(const std::string&) const {
  return true;
}
const ActionSpec* CoreTest::spec(const std::string&) const {
  return spec_ ? &*spec_ : nullptr;
}
Result<TimePoint> CoreTest::next(std::string_view, std::string_view, TimePoint now) const {
  return now + std::chrono::hours(1);
}
Result<LocalTime> CoreTest::local(std::string_view, TimePoint) const {
  return LocalTime{"2026-11-21 12:00:00", 5};
}
std::string CoreTest::changed(const Plan&, const runbooks::Step&) const {
  return changed_;
}

}  // namespace rung::engine::testing
