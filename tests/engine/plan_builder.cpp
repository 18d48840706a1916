#include "tests/engine/plan_builder.h"

#include <algorithm>
#include <utility>

namespace rung::engine::testing {

namespace {
constexpr std::string_view kBody = "*";
}  // namespace

StepBuilder& StepBuilder::uses(std::string name, Value::Map with) {
  step_.action.uses = std::move(name);
  step_.action.version = "1";
  for (auto& [field, value] : with) step_.action.with.insert_or_assign(field, Template{value});
  return *this;
}
StepBuilder& StepBuilder::with(std::string name, Template value) {
  step_.action.with.insert_or_assign(std::move(name), std::move(value));
  return *this;
}
StepBuilder& StepBuilder::needs(std::vector<std::string> ids) {
  needs_ = std::move(ids);
  is_dag_ = true;
  return *this;
}
StepBuilder& StepBuilder::undo() {
  has_undo_ = true;
  step_.undo_none = false;
  return *this;
}
StepBuilder& StepBuilder::before() {
  has_before_ = true;
  return *this;
}
StepBuilder& StepBuilder::child(StepBuilder child) {
  children_.push_back(std::move(child));
  return *this;
}
StepBuilder& StepBuilder::parallel() {
  step_.is_parallel = true;
  return *this;
}

StepBuilder& StepBuilder::finally(std::vector<StepBuilder> steps) {
  finally_ = std::move(steps);
  return *this;
}

StepBuilder effect(std::string id, EffectClass effect_class) {
  return StepBuilder(std::move(id)).uses("test.effect", {{"class", Value(name_of(effect_class))}});
}
StepBuilder set(std::string id, std::string output, std::string expression) {
  StepBuilder step(std::move(id), StepKind::set);
  step->set.emplace(std::move(output), Template{runbooks::Expression{std::move(expression)}});
  return step;
}
StepBuilder group(std::string id, std::vector<StepBuilder> children) {
  StepBuilder step(std::move(id), StepKind::group);
  for (StepBuilder& child : children) step.child(std::move(child));
  return step;
}
StepBuilder parallel(std::string id, std::vector<StepBuilder> children) {
  return group(std::move(id), std::move(children)).parallel();
}
StepBuilder two_phase(std::string id, std::vector<std::string> participants) {
  StepBuilder step(std::move(id), StepKind::two_phase);
  step->two_phase.prepare_within = std::chrono::seconds(30);
  for (std::string& name : participants) {
    StepBuilder participant(std::move(name), StepKind::participant);
    participant.uses("test.effect", {{"class", Value("probe")}});
    step.child(std::move(participant));
  }
  return step.parallel();
}
StepBuilder each_of(std::string id, std::string in, std::vector<StepBuilder> children) {
  StepBuilder step(std::move(id), StepKind::group);
  step->loop = runbooks::LoopSpec{"item", Template{runbooks::Expression{std::move(in)}}, {}, 1, 0};
  return step.child(group(std::string(kBody), std::move(children)));
}
StepBuilder wait_for(std::string id, Duration duration) {
  StepBuilder step(std::move(id), StepKind::wait);
  step->wait.duration = Template{Value(duration)};
  return step;
}
StepBuilder wait_until_up(std::string id, Duration hold) {
  StepBuilder step(std::move(id), StepKind::wait);
  step.uses("test.effect", {{"class", Value("read")}});
  step->action.outputs = {{"up", Type::boolean}};
  step->timeout = std::chrono::minutes(1);
  runbooks::WatchSpec watch;
  watch.until = {"up"};
  watch.every = std::chrono::seconds(1);
  watch.look_timeout = std::chrono::seconds(30);
  watch.hold = hold;
  step->watch = std::move(watch);
  return step;
}
StepBuilder verification(std::string id, std::vector<StepBuilder> checks) {
  StepBuilder step = group(std::move(id), {});
  step->is_verify = step->is_parallel = true;
  for (StepBuilder& check : checks) {
    step->action.gives.push_back(check->id);
    step.child(std::move(check));
  }
  return step;
}

StepBuilder wait_signal(std::string id, std::string signal) {
  StepBuilder step(std::move(id), StepKind::wait);
  step->wait.signal = std::move(signal);
  return step;
}
StepBuilder approve(std::string id, std::vector<std::string> by) {
  StepBuilder step(std::move(id), StepKind::approve);
  step->approve.ask = Template{Value("go on?")};
  step->approve.by = std::move(by);
  step->timeout = std::chrono::minutes(30);
  return step;
}
StepBuilder manual(std::string id) {
  StepBuilder step(std::move(id), StepKind::manual);
  step->manual.instruction = Template{Value("do it")};
  return step;
}
StepBuilder decision(std::string id, Duration after) {
  StepBuilder step(std::move(id), StepKind::decide);
  step->decide.ask = Template{Value("which way?")};
  step->decide.options = {{"left", Template{Value("to the left")}},
                          {"right", Template{Value("to the right")}}};
  step->timeout = after;
  if (after > Duration::zero()) step->decide.fallback = "right";
  return step;
}
StepBuilder fail(std::string id, std::string why) {
  StepBuilder step(std::move(id), StepKind::fail);
  step->fail = Template{Value(std::move(why))};
  return step;
}

PlanBuilder::PlanBuilder() {
  plan_.runbook = "try";
  plan_.file = "try.yaml";
  plan_.folder = "/";
  plan_.modes = {"planned"};
  plan_.default_retry = {
      3,
      std::chrono::seconds(1),
      std::chrono::seconds(30),
      {ErrorClass::network, ErrorClass::timeout, ErrorClass::unavailable, ErrorClass::quota}};
}
PlanBuilder& PlanBuilder::step(StepBuilder step) {
  steps_.push_back(std::move(step));
  return *this;
}
PlanBuilder& PlanBuilder::finally(StepBuilder step) {
  finally_.push_back(std::move(step));
  return *this;
}
PlanBuilder& PlanBuilder::guard(StepBuilder step) {
  guards_.push_back(std::move(step));
  return *this;
}
PlanBuilder& PlanBuilder::on_failure(runbooks::OnFailure policy) {
  plan_.on_failure = policy;
  return *this;
}

Plan PlanBuilder::plan() {
  plan_.steps.resize(2);
  plan_.steps[0].kind = plan_.steps[1].kind = StepKind::group;
  plan_.steps[1].address = "finally";
  plan_.root = StepIndex{0};
  plan_.finally = StepIndex{1};
  unfold(steps_, plan_.root, "");
  unfold(finally_, plan_.finally, "finally/");
  for (const StepBuilder& guard : guards_) {
    Step step = guard.step_;
    step.address = "abort_if/" + step.id;
    step.id.clear();
    step.timeout = Duration::zero();
    step.guard = runbooks::GuardSpec{Template{Value("it is bad")}};
    plan_.steps.push_back(std::move(step));
  }
  return std::move(plan_);
}

void PlanBuilder::unfold(std::vector<StepBuilder>& list, StepIndex parent,
                         const std::string& prefix) {
  const bool is_dag =
      std::any_of(list.begin(), list.end(), [](const StepBuilder& s) { return s.is_dag_; });
  const bool is_parallel = plan_.steps[parent.number].is_parallel;
  std::vector<std::pair<std::string, StepIndex>> siblings;
  for (StepBuilder& builder : list) {
    const StepIndex i = add(builder, parent, prefix);
    Step& step = plan_.steps[i.number];
    if (!is_dag && !is_parallel && !siblings.empty()) step.needs.push_back(siblings.back().second);
    for (const std::string& id : builder.needs_) {
      for (const auto& [name, index] : siblings) {
        if (name == id) step.needs.push_back(index);
      }
    }
    siblings.emplace_back(step.id, i);
    if (builder.has_before_) put_look_before(i);
  }
}

void PlanBuilder::put_look_before(StepIndex of) {
  const StepIndex i{static_cast<std::uint32_t>(plan_.steps.size())};
  Step look;
  Step& step = plan_.steps[of.number];
  look.address = step.address + "@before";
  look.parent = step.parent;
  look.undo_none = true;
  look.action.uses = "test.effect";
  look.action.version = "1";
  look.action.with = {{"class", Template{Value("read")}}};
  look.action.outputs = {{"seen", Type::integer}};
  look.timeout = std::chrono::minutes(1);
  look.needs = std::exchange(step.needs, {i});
  step.before = i;
  if (step.undo) {
    plan_.steps[step.undo->number].action.with.emplace(
        "old", Template{runbooks::Expression{"self.before.seen"}});
  }
  auto& children = plan_.steps[step.parent->number].children;
  children.insert(std::find(children.begin(), children.end(), of), i);
  plan_.steps.push_back(std::move(look));
}

StepIndex PlanBuilder::add(StepBuilder& builder, StepIndex parent, const std::string& prefix) {
  const StepIndex i{static_cast<std::uint32_t>(plan_.steps.size())};
  Step step = builder.step_;
  step.address = prefix + step.id;
  if (step.id == kBody) step.id.clear();
  step.parent = parent;
  plan_.steps.push_back(step);
  plan_.steps[parent.number].children.push_back(i);
  if (builder.has_undo_) {
    Step undo;
    undo.id = step.id;
    undo.address = step.address + "@undo";
    undo.action = step.action;
    undo.undoes = i;
    undo.parent = parent;
    undo.undo_none = true;
    undo.timeout = step.timeout;
    plan_.steps[i.number].undo = StepIndex{static_cast<std::uint32_t>(plan_.steps.size())};
    plan_.steps.push_back(undo);
  }
  unfold(builder.children_, i, step.address + "/");
  if (!builder.finally_.empty()) {
    StepBuilder last = group("finally", std::move(builder.finally_));
    const std::vector<StepIndex> body = plan_.steps[i.number].children;
    const StepIndex added = add(last, i, step.address + "/");
    plan_.steps[added.number].id.clear();
    plan_.steps[added.number].is_finally = true;
    plan_.steps[added.number].needs = body;
  }
  return i;
}

}  // namespace rung::engine::testing
