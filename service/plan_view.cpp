#include "service/plan_view.h"

#include "actions/builtin.h"
#include "base/hash.h"
#include "base/words.h"
#include "engine/core/attempt.h"
#include "engine/core/resolve.h"
#include "engine/executor/registry_facts.h"
#include "runbooks/plan_words.h"
#include "scripting/lua_evaluator.h"
#include "scripting/script.h"
#include "service/needs.h"

#include <algorithm>
#include <set>

namespace rung::service {
namespace {

using runbooks::Expression;
using runbooks::Plan;
using runbooks::Step;
using runbooks::StepIndex;
using runbooks::StepKind;
using runbooks::Template;

// "calendar year_end: does not begin from 2026-12-20 00:00 to 2027-01-04 24:00 Europe/Berlin ..."
std::string freeze_text(const runbooks::FreezeSpec& freeze) {
  static constexpr std::string_view kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  std::vector<std::string> days;
  for (const int day : freeze.weekdays) days.emplace_back(kDays[day]);
  return "calendar " + freeze.name + ": does not begin from " + freeze.from + " to " + freeze.to +
         " " + (freeze.timezone.empty() ? "UTC" : freeze.timezone) +
         (days.empty() ? "" : " on " + joined(days)) + " (" + joined(freeze.modes) +
         "): " + freeze.say;
}

// Inputs, vars, mode and sites: what is known before the first step.
class BeforeRun final : public scripting::Scope {
 public:
  BeforeRun(const Plan& plan, const Value::Map& inputs, const std::string& mode)
      : plan_(plan), inputs_(inputs), mode_(mode) {}
  void add_var(const std::string& name, Value value) {
    vars_.insert_or_assign(name, std::move(value));
  }

  std::optional<Value> name(std::string_view name) const override {
    if (name == "inputs") return Value(inputs_);
    if (name == "vars") return Value(vars_);
    if (name == "mode") return Value(mode_);
    if (name == "sites") return Value(plan_.sites);
    return std::nullopt;
  }
  std::optional<Value> step(std::string_view) const override { return std::nullopt; }

 private:
  const Plan& plan_;
  const Value::Map& inputs_;
  std::string mode_;
  Value::Map vars_;
};

}  // namespace

std::string source_of(const Template& t) {
  if (const auto* value = std::get_if<Value>(&t.node)) return to_text(*value);
  if (const auto* expression = std::get_if<Expression>(&t.node))
    return "{{ " + expression->text + " }}";
  if (const auto* text = std::get_if<Template::Text>(&t.node)) {
    std::string out;
    for (const auto& part : text->parts) {
      if (const auto* literal = std::get_if<std::string>(&part))
        out += *literal;
      else
        out += "{{ " + std::get<Expression>(part).text + " }}";
    }
    return out;
  }
  std::string out;
  if (const auto* list = std::get_if<Template::List>(&t.node)) {
    for (const Template& item : *list) out += (out.empty() ? "" : ", ") + source_of(item);
    return "[" + out + "]";
  }
  for (const auto& [key, item] : std::get<Template::Map>(t.node)) {
    out += (out.empty() ? "" : ", ") + key + ": " + source_of(item);
  }
  return "{" + out + "}";
}

namespace {

std::string on_failure_text(runbooks::OnFailure on_failure) {
  switch (on_failure) {
    case runbooks::OnFailure::pause: return "pause";
    case runbooks::OnFailure::fail: return "fail";
    case runbooks::OnFailure::undo_run: return "undo_run";
  }
  return "";
}

std::string on_timeout_text(runbooks::OnTimeout on_timeout) {
  switch (on_timeout) {
    case runbooks::OnTimeout::reject: return "reject";
    case runbooks::OnTimeout::approve: return "approve";
    case runbooks::OnTimeout::pause: return "pause";
    case runbooks::OnTimeout::fail: return "fail";
    case runbooks::OnTimeout::proceed: return "go on";
  }
  return "";
}

class Describe {
 public:
  Describe(const Plan& plan, const Value::Map& inputs, std::string mode,
           const engine::ActionFacts& facts)
      : plan_(plan),
        scope_(plan, inputs, mode),
        facts_(facts),
        evaluator_(scripting::make_lua_evaluator()) {
    view_.runbook = plan.runbook;
    view_.title = plan.title;
    view_.hash = to_hex(runbooks::hash_of(plan));
    view_.mode = std::move(mode);
    view_.modes = plan.modes;
    view_.environment = plan.environment;
    view_.rto = plan.rto;
    view_.rpo = plan.rpo;
    view_.on_failure = on_failure_text(plan.on_failure);
    view_.inputs = inputs;
    for (const auto& [file, hash] : plan.sources)
      view_.sources.push_back(file + " " + hash.substr(0, 6));
  }

  Result<PlanView> operator()() {
    TRY(check_requirements());
    for (const auto& [name, source] : plan_.vars) {
      auto value = engine::resolve(source, *evaluator_, scope_);
      view_.vars.emplace_back(name, value ? to_text(value.value()) : source_of(source));
      if (value) scope_.add_var(name, std::move(value).value());
    }
    for (const runbooks::LockSpec& lock : plan_.locks)
      view_.locks.push_back(known(lock.name) + (lock.is_shared ? " (shared)" : ""));
    if (plan_.concurrency) view_.locks.push_back(state::kKeyPrefix + known(plan_.concurrency->key));
    walk(plan_.root, 0, false);
    walk(plan_.finally, 0, true);
    for (const Step& step : plan_.steps) {
      if (step.guard) add(step, 0, false);
    }
    remark();
    return std::move(view_);
  }

 private:
  std::string known(const runbooks::Template& source) const {
    auto value = engine::resolve(source, *evaluator_, scope_);
    return value ? to_text(value.value()) : source_of(source);
  }

  Result<void> check_requirements() {
    for (const runbooks::Requirement& one : plan_.require) {
      const auto holds = evaluator_->evaluate(one.that.text, scope_);
      const bool* answer = holds ? holds.value().boolean() : nullptr;
      if (answer == nullptr || *answer) continue;  // what the run alone can tell is left to it
      auto say = engine::resolve(one.say, *evaluator_, scope_);
      return Error(ErrorCode::invalid,
                   say ? to_text(say.value()) : "this does not hold: " + one.that.text);
    }
    return success();
  }

  std::string text_now(const Template& t) {
    if (runbooks::reads_secrets(t) || is_of_child_) return source_of(t);
    auto value = engine::resolve(t, *evaluator_, scope_);
    return value ? to_text(value.value()) : source_of(t);
  }

  void walk(StepIndex group, std::size_t depth, bool is_finally) {
    const Step& parent = plan_.step(group);
    std::optional<StepIndex> before;
    for (const StepIndex child : parent.children) {
      const Step& step = plan_.step(child);
      PlannedStep& planned = add(step, depth, is_finally);
      const bool is_plain_order =
          step.needs.empty() ? !before || parent.is_parallel
                             : before && step.needs.size() == 1 && step.needs.front() == *before;
      if (!is_plain_order) {
        for (const StepIndex need : step.needs) planned.needs.push_back(plan_.step(need).address);
        if (step.needs.empty()) planned.notes.emplace_back("starts at once");
      }
      before = child;
      if (holds_steps(step)) walk(step.loop ? step.children.front() : child, depth + 1, is_finally);
      if (step.undo) add(plan_.step(*step.undo), depth + 1, is_finally).is_undo = true;
    }
  }

  PlannedStep& add(const Step& step, std::size_t depth, bool is_finally) {
    PlannedStep& planned = view_.steps.emplace_back();
    planned.address = step.address;
    planned.title = step.title;
    planned.depth = depth;
    planned.is_finally = is_finally;
    planned.kind = kind_of(step);
    is_of_child_ = step.module != 0;
    add_when(step, planned);
    add_inputs(step, planned);
    add_times(step, planned);
    add_safety(step, planned);
    return planned;
  }

  bool is_branch(const Step& step) const {
    return step.parent && plan_.step(*step.parent).is_choice;
  }

  std::string_view kind_of(const Step& step) const {
    return is_branch(step) ? "branch" : runbooks::kind_text(step);
  }

  void add_when(const Step& step, PlannedStep& planned) {
    if (is_branch(step) && step.when.text.empty())
      planned.notes.emplace_back("only where no branch above is taken");
    if (step.when.text.empty()) return;
    const auto value =
        is_of_child_ ? Result<Value>(Value()) : evaluator_->evaluate(step.when.text, scope_);
    const bool* answer = value ? value.value().boolean() : nullptr;
    if (answer == nullptr)
      planned.notes.push_back("only when " + step.when.text);
    else
      planned.notes.push_back((*answer ? "needed: " : "NOT needed: ") + step.when.text);
  }

  void add_inputs(const Step& step, PlannedStep& planned) {
    switch (step.kind) {
      case StepKind::action:
      case StepKind::participant:
        if (!(step.action.target == Template{}))
          planned.inputs.emplace_back("target", target_text(step.action.target));
        for (const auto& [name, source] : step.action.with)
          planned.inputs.emplace_back(name, text_now(source));
        return;
      case StepKind::set:
        for (const auto& [name, source] : step.set)
          planned.inputs.emplace_back(name, text_now(source));
        return;
      case StepKind::fail: planned.inputs.emplace_back("why", text_now(step.fail)); return;
      case StepKind::wait: return add_wait(step, planned);
      case StepKind::approve:
        planned.inputs.emplace_back("ask", text_now(step.approve.ask));
        planned.inputs.emplace_back("by", people_text(plan_, step.approve.by) +
                                              (step.approve.is_each ? ", one for each name" : ""));
        return;
      case StepKind::manual:
        planned.inputs.emplace_back("do", text_now(step.manual.instruction));
        planned.inputs.emplace_back("by", people_text(plan_, step.manual.by));
        return;
      case StepKind::decide:
        planned.inputs.emplace_back("ask", text_now(step.decide.ask));
        for (const auto& [name, meaning] : step.decide.options)
          planned.inputs.emplace_back(name, text_now(meaning));
        planned.inputs.emplace_back("by", people_text(plan_, step.decide.by));
        return;
      case StepKind::two_phase:
        planned.notes.emplace_back("all of them commit, or none");
        planned.notes.push_back("prepared within " + to_string(step.two_phase.prepare_within) +
                                ", or rolled back");
        return;
      case StepKind::group:
        for (const runbooks::LockSpec& lock : step.locks) {
          planned.inputs.emplace_back("lock",
                                      text_now(lock.name) + (lock.is_shared ? " (shared)" : ""));
        }
        if (step.loop) add_loop(step, planned);
        if (step.child) add_child(step, planned);
        return;
    }
  }

  void add_child(const Step& step, PlannedStep& planned) {
    planned.inputs.emplace_back("file", plan_.modules[step.child->module - 1].file);
    for (const auto& [name, source] : step.child->with)
      planned.inputs.emplace_back(name, text_now(source));
  }

  void add_loop(const Step& step, PlannedStep& planned) {
    const runbooks::LoopSpec& loop = *step.loop;
    const Step& body = plan_.step(step.children.front());
    if (body.child) add_child(body, planned);
    planned.inputs.emplace_back("each", loop.item);
    planned.inputs.emplace_back("in", text_now(loop.in));
    if (!(loop.key == Template{})) planned.inputs.emplace_back("key", source_of(loop.key));
    if (!body.when.text.empty()) planned.notes.push_back("only where " + body.when.text);
    planned.notes.push_back(loop.max_parallel == 1
                                ? "one item after the other"
                                : std::to_string(loop.max_parallel) + " items at once");
    if (loop.tolerate > 0)
      planned.notes.push_back(std::to_string(loop.tolerate) + " of them may fail");
    if (body.is_parallel) planned.notes.emplace_back("the steps of an item start together");
  }

  // Where the step will act: the connection with what of it may be shown.
  std::string target_text(const Template& target) {
    const std::string name = text_now(target);
    const auto found = plan_.connections.find(name);
    if (found == plan_.connections.end()) return name;
    std::string facts = found->second.uses;
    for (const auto& [field, source] : found->second.fields) {
      if (runbooks::is_constant(source)) facts += ", " + field + " " + source_of(source);
    }
    return name + " (" + facts + ")";
  }

  void add_wait(const Step& step, PlannedStep& planned) {
    if (step.watch) return add_watch(step, planned);
    if (!step.wait.signal.empty())
      planned.inputs.emplace_back("signal", step.wait.signal);
    else if (!(step.wait.at == Template{}))
      planned.inputs.emplace_back("at", text_now(step.wait.at) + " " + step.wait.timezone);
    else
      planned.inputs.emplace_back("for", text_now(step.wait.duration));
  }

  void add_watch(const Step& step, PlannedStep& planned) {
    const runbooks::WatchSpec& watch = *step.watch;
    const bool is_check = step.parent && plan_.step(*step.parent).is_verify;
    planned.inputs.emplace_back("check", step.action.uses);
    for (const auto& [name, source] : step.action.with)
      planned.inputs.emplace_back(name, text_now(source));
    if (!watch.until.text.empty())
      planned.inputs.emplace_back(step.guard ? "that"
                                  : is_check ? "expect"
                                             : "until",
                                  watch.until.text);
    if (step.guard && !(step.guard->say == Template{}))
      planned.inputs.emplace_back("say", source_of(step.guard->say));
    if (step.guard)
      planned.notes.emplace_back("ends the run when it holds, until the point of no return");
    planned.notes.push_back("looks every " + to_string(watch.every));
    if (watch.hold > Duration::zero())
      planned.notes.push_back("it must hold for " + to_string(watch.hold));
    if (watch.successes > 1)
      planned.notes.push_back(std::to_string(watch.successes) + " times in a row");
    if (watch.samples > 0)
      planned.notes.push_back("over " + std::to_string(watch.samples) + " samples");
  }

  void add_times(const Step& step, PlannedStep& planned) {
    if (step.timeout > Duration::zero())
      planned.notes.push_back("timeout " + to_string(step.timeout) + then_of(step));
    if (step.step_timeout > Duration::zero())
      planned.notes.push_back("all tries within " + to_string(step.step_timeout));
    if (step.kind != StepKind::action) return;
    const EffectClass effect = class_of(step);
    planned.effect_class = effect;
    const bool repeats = effect == EffectClass::idempotent || effect == EffectClass::keyed;
    const runbooks::Retry* retry = step.retry ? &*step.retry
                                   : repeats  ? &plan_.default_retry
                                              : nullptr;
    if (retry != nullptr && retry->attempts > 1) {
      planned.notes.push_back(
          std::to_string(retry->attempts) + " tries, " + to_string(retry->delay) +
          (retry->max_delay > retry->delay ? " up to " + to_string(retry->max_delay) : "") +
          " apart");
    }
  }

  static std::string then_of(const Step& step) {
    if (step.kind == StepKind::approve) return ", then " + on_timeout_text(step.approve.on_timeout);
    if (step.kind == StepKind::manual) return ", then " + on_timeout_text(step.manual.on_timeout);
    if (step.watch) return ", then " + on_timeout_text(step.watch->on_timeout);
    if (step.kind == StepKind::decide) return ", then " + step.decide.fallback;
    return "";
  }

  EffectClass class_of(const Step& step) const {
    Value::Map constant;
    for (const auto& [name, source] : step.action.with) {
      if (const auto* value = std::get_if<Value>(&source.node)) constant.emplace(name, *value);
    }
    return engine::effect_class_of(step, constant, facts_);
  }

  // What a script does is known when it runs; which actions it can do that with, before.
  static void add_script(const Step& step, PlannedStep& planned) {
    std::set<std::string> uses;
    for (const auto& action : scripting::analyse_script(step.script->text).actions)
      uses.insert(action.content);
    planned.notes.push_back(uses.empty() ? "uses no action that its text names"
                                         : "uses " + joined(uses));
    planned.notes.emplace_back("what it does is known when it runs");
  }

  void add_safety(const Step& step, PlannedStep& planned) {
    if (step.script) add_script(step, planned);
    if (!step.undoes && step.undo_none) planned.notes.emplace_back("nothing to undo");
    if (step.tolerate) planned.notes.push_back("may fail: " + *step.tolerate);
    if (step.point_of_no_return)
      planned.notes.push_back("NO RETURN from here: " + *step.point_of_no_return);
    if (step.cancel_others) planned.notes.emplace_back("a failure cancels the others");
    if (step.on_failure)
      planned.notes.push_back("a failure in it: " + on_failure_text(*step.on_failure));
    const bool may_doubt =
        planned.effect_class && (*planned.effect_class == EffectClass::once) && !step.undoes;
    if (may_doubt) planned.notes.emplace_back("asks you if a crash leaves it in doubt");
  }

  void remark() {
    Duration waits{};
    for (const Step& step : plan_.steps) {
      const bool asks = step.kind == StepKind::approve || step.kind == StepKind::manual ||
                        step.kind == StepKind::decide;
      if (asks) waits += step.timeout;
    }
    if (plan_.rto > Duration::zero() && waits > plan_.rto) {
      view_.remarks.push_back("people may take " + to_string(waits) + " to answer; the rto is " +
                              to_string(plan_.rto));
    }
    for (const runbooks::FreezeSpec& freeze : plan_.freezes)
      view_.remarks.push_back(freeze_text(freeze));
    view_.remarks.push_back("a failure that nobody tolerates: " + view_.on_failure);
  }

  const Plan& plan_;
  BeforeRun scope_;
  const engine::ActionFacts& facts_;
  std::unique_ptr<scripting::Evaluator> evaluator_;
  PlanView view_;
  bool is_of_child_ = false;  // the step that is described: its `inputs` are known when it begins
};

Value text_list(const std::vector<std::string>& texts) {
  return Value::List(texts.begin(), texts.end());
}

Value text_map(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Value::Map map;
  for (const auto& [name, text] : pairs) map.insert_or_assign(name, Value(text));
  return map;
}

Value step_value(const PlannedStep& step) {
  Value::Map map{{"address", step.address},
                 {"kind", step.kind},
                 {"inputs", text_map(step.inputs)},
                 {"notes", text_list(step.notes)},
                 {"needs", text_list(step.needs)}};
  if (step.effect_class) map.emplace("effect_class", name_of(*step.effect_class));
  if (step.is_undo) map.emplace("undo", true);
  if (step.is_finally) map.emplace("finally", true);
  return map;
}

}  // namespace

Result<PlanView> describe_plan(const runbooks::Plan& plan, const Value::Map& inputs,
                               const std::string& mode) {
  actions::Registry registry;
  TRY(actions::register_builtin_actions(registry));
  const engine::RegistryFacts facts(registry);
  return Describe(plan, inputs, mode, facts)();
}

Value to_value(const PlanView& plan) {
  Value::List steps;
  for (const PlannedStep& step : plan.steps) steps.push_back(step_value(step));
  Value::Map map{{"runbook", plan.runbook},
                 {"title", plan.title},
                 {"plan", plan.hash},
                 {"mode", plan.mode},
                 {"on_failure", plan.on_failure},
                 {"inputs", plan.inputs},
                 {"vars", text_map(plan.vars)},
                 {"locks", text_list(plan.locks)},
                 {"steps", std::move(steps)},
                 {"files", text_list(plan.sources)},
                 {"remarks", text_list(plan.remarks)}};
  if (!plan.environment.empty()) map.emplace("environment", plan.environment);
  if (plan.rto > Duration::zero()) map.emplace("rto", plan.rto);
  if (plan.rpo > Duration::zero()) map.emplace("rpo", plan.rpo);
  return map;
}

}  // namespace rung::service
