#include "tests/engine/random_plan.h"

namespace rung::engine::testing {
namespace {

class Chance {
 public:
  explicit Chance(Random& random) : random_(random) {}
  bool once_in(std::uint64_t n) { return random_.next() % n == 0; }
  std::size_t below(std::size_t n) { return random_.next() % n; }

  Plan plan() {
    PlanBuilder builder;
    const std::size_t count = 1 + below(8);
    std::vector<StepBuilder> steps = list(count, 0);
    for (StepBuilder& step : steps) builder.step(std::move(step));
    for (std::size_t n = below(3); n > 0; --n) builder.finally(once_in(4) ? nested(3) : leaf(true));
    builder.on_failure(kPolicies[below(3)]);
    builder->people.emplace("dba", runbooks::Person{{"ana"}, {}});
    builder->people.emplace("lead", runbooks::Person{{"ana", "mira"}, {}});
    if (once_in(3)) builder->pause = {std::chrono::seconds(30), {}, runbooks::AfterPause::fail};
    if (once_in(6)) builder->pause.limit = std::chrono::minutes(2);
    if (once_in(5)) {
      StepBuilder guard = wait_until_up("bad", std::chrono::seconds(below(4)));
      guard->watch->successes = static_cast<std::int32_t>(1 + below(4));
      builder.guard(std::move(guard));
    }
    return builder.plan();
  }

 private:
  static constexpr runbooks::OnFailure kPolicies[] = {
      runbooks::OnFailure::pause, runbooks::OnFailure::fail, runbooks::OnFailure::undo_run};

  std::vector<StepBuilder> list(std::size_t count, int depth) {
    const bool is_dag = once_in(4);
    std::vector<StepBuilder> steps;
    std::vector<std::string> ids;
    for (std::size_t n = 0; n < count; ++n) {
      StepBuilder step = depth < 4 && once_in(4) ? nested(depth) : leaf(false);
      std::vector<std::string> needs;
      for (const std::string& id : ids) {
        if (once_in(3)) needs.push_back(id);
      }
      if (step->kind == StepKind::action && once_in(4)) {
        step->action.outputs = {{"n", Type::integer}};
        given_.push_back(step->id);
      }
      if (step->kind == StepKind::set && !given_.empty())
        step->set = set(step->id, "x", "steps." + given_[below(given_.size())] + ".n")->set;
      ids.push_back(step->id);
      if (is_dag) step.needs(needs);
      if (once_in(12)) step->when = {once_in(2) ? "true" : "false"};
      steps.push_back(std::move(step));
    }
    return steps;
  }

  StepBuilder transaction() {
    std::vector<std::string> names{"a", "b", "c"};
    names.resize(1 + below(3));
    StepBuilder step = two_phase(name(), std::move(names));
    if (once_in(8))
      step.first_child().with("note", Template{runbooks::Expression{"vars.no.where"}});
    if (once_in(4)) step->two_phase.prepare_within = std::chrono::milliseconds(below(1500));
    if (once_in(8)) step->tolerate = "not needed";
    if (once_in(8)) step->point_of_no_return = "go forward";
    return step;
  }

  StepBuilder nested(int depth) {
    if (once_in(4)) return transaction();
    if (once_in(3)) return choice(depth);
    if (once_in(4)) return loop(depth);
    if (once_in(6)) return verified();
    StepBuilder step = group(name(), list(below(4), depth + 1));
    if (once_in(2)) {
      step.parallel();
      step->cancel_others = once_in(2);
    }
    add_finally(step, depth);
    add_policy(step);
    return step;
  }

  StepBuilder choice(int depth) {
    StepBuilder step = group(name(), {});
    step->is_choice = true;
    for (std::size_t n = 1 + below(3); n > 0; --n) {
      StepBuilder branch = group(name(), list(1 + below(3), depth + 1));
      if (n > 1 || once_in(2)) branch->when = {once_in(2) ? "true" : "false"};
      step.child(std::move(branch));
    }
    add_policy(step);
    return step;
  }

  StepBuilder loop(int depth) {
    StepBuilder step = each_of(name(), "", list(1 + below(3), depth + 1));
    Value::List items;
    for (std::size_t n = below(4); n > 0; --n) items.emplace_back(static_cast<std::int64_t>(n));
    step->loop->in = Template{Value(std::move(items))};
    step->loop->max_parallel = static_cast<std::int32_t>(1 + below(3));
    step->loop->tolerate = static_cast<std::int32_t>(below(3));
    if (once_in(4)) step.first_child()->when = {once_in(2) ? "item > 1" : "item.none"};
    add_finally(step.first_child(), depth);
    add_policy(step);
    return step;
  }

  void add_finally(StepBuilder& group, int depth) {
    if (!once_in(3)) return;
    std::vector<StepBuilder> steps;
    for (std::size_t n = 1 + below(2); n > 0; --n)
      steps.push_back(depth < 3 && once_in(5) ? nested(depth + 1) : leaf(true));
    group.finally(std::move(steps));
  }

  StepBuilder verified() {
    std::vector<StepBuilder> checks;
    for (std::size_t n = 1 + below(3); n > 0; --n) {
      StepBuilder check = watch();
      if (once_in(2)) {
        check->watch->samples = static_cast<std::int32_t>(1 + below(3));
        check->watch->until = {"any(up)"};
      }
      checks.push_back(std::move(check));
    }
    StepBuilder step = verification(name(), std::move(checks));
    add_policy(step);
    return step;
  }

  void add_policy(StepBuilder& group) {
    if (once_in(3))
      group->tolerate = "not needed";
    else if (once_in(3))
      group->on_failure = kPolicies[below(3)];
  }

  StepBuilder leaf(bool in_finally) {
    switch (in_finally ? below(5) : below(13)) {
      case 12: return script();
      case 8: return set(name(), "x", "1 + 1");
      case 9:
        if (once_in(2)) return watch();
        return wait_for(name(), std::chrono::seconds(1 + below(100)));
      case 10:
        if (once_in(3)) return decision(name(), std::chrono::seconds(60 * below(2)));
        return once_in(2) ? wait_signal(name(), "go") : manual(name());
      case 11: return once_in(8) ? fail(name(), "enough") : approval();
      default: return action(in_finally);
    }
  }

  StepBuilder watch() {
    StepBuilder step = wait_until_up(name(), std::chrono::seconds(below(4)));
    constexpr runbooks::OnTimeout kEnds[] = {runbooks::OnTimeout::pause, runbooks::OnTimeout::fail,
                                             runbooks::OnTimeout::proceed};
    step->watch->on_timeout = kEnds[below(3)];
    step->watch->successes = static_cast<std::int32_t>(1 + below(3));
    if (once_in(3)) step->timeout = std::chrono::seconds(2);
    if (once_in(8)) step->tolerate = "not needed";
    return step;
  }

  // A durable script: some calls, one after the other.
  StepBuilder script() {
    StepBuilder step(name(), StepKind::group);
    std::string text;
    for (std::size_t n = 1 + below(4); n > 0; --n) text += statement() + "\n";
    if (once_in(6)) text += "if random(2) == 1 then fail(\"bad luck\") end\n";
    step->script = runbooks::ScriptSpec{text + "return {n = 1}", 1, false};
    step->timeout = std::chrono::minutes(5);
    step->action.gives = {"n"};
    add_policy(step);
    return step;
  }

  std::string statement() {
    switch (below(8)) {
      case 0: return "sleep(\"" + std::to_string(1 + below(90)) + "s\")";
      case 1: return "local " + name() + " = now()";
      case 2: return "signal(\"go\", {timeout = \"2m\", tolerate = \"late\"})";
      case 3: return "step(\"" + name() + "\", function() " + call() + " " + call() + " end)";
      case 4: return "for i = 1, random(3) do " + call(" .. i") + " end";
      default: return call();
    }
  }

  std::string call(const std::string& more = "") {
    constexpr const char* kClasses[] = {"read", "idempotent", "keyed", "probe", "once"};
    const std::string with = std::string("{class = \"") + kClasses[below(5)] + "\"}";
    std::string options = "id = \"" + name() + "\"" + more;
    if (once_in(6)) options += ", tolerate = \"not needed\"";
    if (once_in(3)) options += ", retry = {attempts = 3, delay = \"1s\"}";
    options +=
        once_in(3) ? ", undo = {uses = \"test.effect\", with = " + with + "}" : ", undo = \"none\"";
    return "action(\"test.effect\", " + with + ", {" + options + "})";
  }

  StepBuilder approval() {
    StepBuilder step = approve(name());
    if (once_in(2)) step->reminding = {std::chrono::minutes(1), std::chrono::minutes(3), {"lead"}};
    if (once_in(2) && !given_.empty()) {
      const std::string read = "steps." + given_[below(given_.size())] + ".status";
      step->approve.show.emplace("status", Template{runbooks::Expression{read}});
    }
    if (once_in(3)) {
      step->approve.by = {"dba", "lead"};
      step->approve.count = 2;
      step->approve.is_each = once_in(2);
    }
    constexpr runbooks::OnTimeout kEnds[] = {
        runbooks::OnTimeout::reject, runbooks::OnTimeout::approve, runbooks::OnTimeout::pause,
        runbooks::OnTimeout::fail, runbooks::OnTimeout::proceed};
    step->approve.on_timeout = kEnds[below(5)];
    constexpr runbooks::OnReject kRejects[] = {
        runbooks::OnReject::cancel, runbooks::OnReject::undo_run, runbooks::OnReject::proceed};
    step->approve.on_reject = kRejects[below(3)];
    return step;
  }

  StepBuilder action(bool in_finally) {
    constexpr EffectClass kClasses[] = {EffectClass::read, EffectClass::idempotent,
                                        EffectClass::keyed, EffectClass::probe, EffectClass::once};
    StepBuilder step = effect(name(), kClasses[below(5)]);
    step->timeout = std::chrono::minutes(5);
    if (once_in(3))
      step->retry = runbooks::Retry{3, std::chrono::seconds(1), std::chrono::seconds(9), {}};
    if (once_in(8)) step->step_timeout = std::chrono::seconds(30);
    if (once_in(8)) step->tolerate = "not needed";
    if (!in_finally && once_in(2)) step.undo();
    if (!in_finally && once_in(6)) step.before();
    if (!in_finally && once_in(16)) step->point_of_no_return = "go forward";
    return step;
  }

  std::string name() { return "s" + std::to_string(next_++); }

  Random& random_;
  std::vector<std::string> given_;  // steps with an output that others may read
  int next_ = 0;
};

}  // namespace

Plan random_plan(Random& random) {
  return Chance(random).plan();
}

}  // namespace rung::engine::testing
