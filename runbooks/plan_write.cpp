#include "runbooks/plan_fields.h"
#include "runbooks/plan_words.h"

#include <utility>

namespace rung::runbooks {
namespace {

// Gathers the fields that are not as they would be without being written.
class FieldWriter {
 public:
  void text(std::string_view field, const std::string& text, std::string_view otherwise = "") {
    if (text != otherwise) put(field, text);
  }
  void boolean(std::string_view field, bool b) {
    if (b) put(field, true);
  }
  void integer(std::string_view field, std::int64_t number, std::int64_t otherwise = 0) {
    if (number != otherwise) put(field, number);
  }
  void duration(std::string_view field, Duration duration) {
    if (duration != Duration::zero()) put(field, duration);
  }
  template <class Enum>
  void word(std::string_view field, Enum value, Enum otherwise) {
    if (value != otherwise) put(field, name_of(value));
  }
  void texts(std::string_view field, const std::vector<std::string>& texts) {
    Value::List list(texts.begin(), texts.end());
    if (!list.empty()) put(field, std::move(list));
  }
  void steps(std::string_view field, const std::vector<StepIndex>& steps) {
    Value::List list;
    for (const auto i : steps) list.emplace_back(std::int64_t{i.number});
    if (!list.empty()) put(field, std::move(list));
  }
  void step(std::string_view field, const std::optional<StepIndex>& step) {
    if (step) put(field, std::int64_t{step->number});
  }
  void tmpl(std::string_view field, const Template& t) {
    if (!(t == Template{})) put(field, to_value(t));
  }
  void templates(std::string_view field, const Template::Map& map) {
    if (!map.empty()) put(field, to_value(Template{map}));
  }
  void types(std::string_view field, const std::map<std::string, Type, std::less<>>& types) {
    Value::Map map;
    for (const auto& [name, type] : types) map.emplace(name, rung::name_of(type));
    if (!map.empty()) put(field, std::move(map));
  }
  void map(std::string_view field, Value::Map map) {
    if (!map.empty()) put(field, std::move(map));
  }
  void list(std::string_view field, Value::List list) {
    if (!list.empty()) put(field, std::move(list));
  }
  void put(std::string_view field, Value value) {
    out_.emplace(std::string(field), std::move(value));
  }
  Value::Map take() { return std::move(out_); }

 private:
  Value::Map out_;
};

Value::Map fields_of(const Retry& retry) {
  FieldWriter out;
  out.put("attempts", std::int64_t{retry.attempts});
  out.duration("delay", retry.delay);
  out.duration("max_delay", retry.max_delay);
  Value::List errors;
  for (const auto error_class : retry.errors) errors.emplace_back(rung::name_of(error_class));
  out.list("errors", std::move(errors));
  return out.take();
}

Value::Map fields_of(const ActionUse& use) {
  FieldWriter out;
  out.text("uses", use.uses);
  out.text("version", use.version);
  out.tmpl("target", use.target);
  out.templates("with", use.with);
  out.texts("gives", use.gives);
  out.types("outputs", use.outputs);
  out.text("expect", use.expect.text);
  return out.take();
}

Value::Map fields_of(const WaitSpec& wait) {
  FieldWriter out;
  out.tmpl("duration", wait.duration);
  out.tmpl("at", wait.at);
  out.text("timezone", wait.timezone);
  out.text("signal", wait.signal);
  return out.take();
}

Value::Map fields_of(const WatchSpec& watch) {
  FieldWriter out;
  out.text("until", watch.until.text);
  out.duration("every", watch.every);
  out.duration("look_timeout", watch.look_timeout);
  out.duration("hold", watch.hold);
  out.integer("successes", watch.successes, 1);
  out.integer("samples", watch.samples, 0);
  out.word("on_timeout", watch.on_timeout, OnTimeout::fail);
  return out.take();
}

Value::Map fields_of(const GuardSpec& guard) {
  FieldWriter out;
  out.tmpl("say", guard.say);
  return out.take();
}

Value::Map fields_of(const ApproveSpec& approve) {
  FieldWriter out;
  out.tmpl("ask", approve.ask);
  out.templates("show", approve.show);
  out.texts("by", approve.by);
  out.integer("count", approve.count, 1);
  out.boolean("each", approve.is_each);
  out.word("on_timeout", approve.on_timeout, OnTimeout::reject);
  out.word("on_reject", approve.on_reject, OnReject::cancel);
  return out.take();
}

Value::Map fields_of(const ManualSpec& manual) {
  FieldWriter out;
  out.tmpl("do", manual.instruction);
  out.texts("checklist", manual.checklist);
  out.texts("by", manual.by);
  out.types("outputs", manual.outputs);
  out.word("on_timeout", manual.on_timeout, OnTimeout::pause);
  return out.take();
}

Value::List named(const std::vector<std::pair<std::string, Template>>& templates) {
  Value::List out;
  for (const auto& [name, t] : templates)
    out.push_back(Value::Map{{"name", name}, {"value", to_value(t)}});
  return out;
}

Value::Map fields_of(const LoopSpec& loop) {
  FieldWriter out;
  out.text("item", loop.item);
  out.tmpl("in", loop.in);
  out.tmpl("key", loop.key);
  out.integer("max_parallel", loop.max_parallel, 1);
  out.integer("tolerate", loop.tolerate, 0);
  return out.take();
}

Value::Map fields_of(const ScriptSpec& script) {
  FieldWriter out;
  out.text("text", script.text);
  out.integer("line", script.line, 1);
  out.boolean("open_outputs", script.has_open_outputs);
  return out.take();
}

Value::Map fields_of(const ChildSpec& child) {
  FieldWriter out;
  out.integer("module", child.module);
  out.templates("with", child.with);
  return out.take();
}

Value::Map fields_of(const DecideSpec& decide) {
  FieldWriter out;
  out.tmpl("ask", decide.ask);
  out.list("options", named(decide.options));
  out.text("default", decide.fallback);
  out.texts("by", decide.by);
  return out.take();
}

Value::Map fields_of(const Reminding& reminding) {
  FieldWriter out;
  out.duration("every", reminding.every);
  out.duration("escalate_after", reminding.escalate_after);
  out.texts("escalate_to", reminding.escalate_to);
  return out.take();
}

Value::List fields_of(const std::vector<LockSpec>& locks) {
  Value::List list;
  for (const LockSpec& lock : locks) {
    FieldWriter out;
    out.tmpl("name", lock.name);
    out.boolean("shared", lock.is_shared);
    list.emplace_back(out.take());
  }
  return list;
}

Value::Map fields_of(const PauseSpec& pause) {
  FieldWriter out;
  out.duration("remind", pause.remind);
  out.duration("limit", pause.limit);
  out.word("then", pause.then, AfterPause::fail);
  return out.take();
}

void write_kind(const Step& step, FieldWriter& out) {
  out.word("kind", step.kind, StepKind::action);
  out.map("action", fields_of(step.action));
  if (step.probe) out.put("probe", fields_of(*step.probe));
  out.templates("set", step.set);
  out.tmpl("fail", step.fail);
  out.map("wait", fields_of(step.wait));
  if (step.watch) out.map("watch", fields_of(*step.watch));
  if (step.guard) out.put("guard", fields_of(*step.guard));
  out.map("approve", fields_of(step.approve));
  out.map("manual", fields_of(step.manual));
  out.map("decide", fields_of(step.decide));
  out.map("reminding", fields_of(step.reminding));
  out.duration("prepare_within", step.two_phase.prepare_within);
  out.list("locks", fields_of(step.locks));
  out.boolean("cancel_others", step.cancel_others);
  out.boolean("parallel", step.is_parallel);
  if (step.loop) out.map("loop", fields_of(*step.loop));
  if (step.child) out.map("child", fields_of(*step.child));
  if (step.script) out.map("script", fields_of(*step.script));
  out.integer("module", step.module);
  out.boolean("verify", step.is_verify);
  out.boolean("choice", step.is_choice);
  out.boolean("finally", step.is_finally);
  if (step.on_failure) out.put("on_failure", name_of(*step.on_failure));
}

Value::Map fields_of(const Step& step) {
  FieldWriter out;
  out.text("id", step.id);
  out.text("address", step.address);
  out.text("title", step.title);
  out.step("parent", step.parent);
  out.steps("children", step.children);
  out.steps("needs", step.needs);
  out.step("undo", step.undo);
  out.step("before", step.before);
  out.step("undoes", step.undoes);
  out.text("when", step.when.text);
  out.texts("modes", step.modes);
  write_kind(step, out);
  out.duration("timeout", step.timeout);
  out.duration("step_timeout", step.step_timeout);
  if (step.retry) out.put("retry", fields_of(*step.retry));
  if (step.tolerate) out.put("tolerate", *step.tolerate);
  out.word("in_doubt", step.in_doubt, InDoubt::by_class);
  out.text("how_to_tell", step.how_to_tell);
  out.texts("undo_on", step.undo_on);
  out.boolean("undo_none", step.undo_none);
  if (step.point_of_no_return) out.put("point_of_no_return", *step.point_of_no_return);
  out.text("leftovers", step.leftovers, "allow");
  out.text("phase", step.phase);
  out.boolean("unpinned", step.is_unpinned);
  out.map("pinned", Value::Map(step.pinned.begin(), step.pinned.end()));
  out.integer("line", step.at.line);
  out.integer("column", step.at.column);
  return out.take();
}

Value::Map fields_of(const std::map<std::string, Connection, std::less<>>& connections) {
  Value::Map all;
  for (const auto& [name, connection] : connections) {
    FieldWriter out;
    out.text("uses", connection.uses);
    out.templates("fields", connection.fields);
    out.boolean("of_environment", connection.is_of_environment);
    all.emplace(name, out.take());
  }
  return all;
}

Value::Map fields_of(const Person& person) {
  FieldWriter out;
  out.put("users", Value::List(person.users.begin(), person.users.end()));
  out.put("groups", Value::List(person.groups.begin(), person.groups.end()));
  out.texts("notify", person.notify);
  return out.take();
}

void write_project(const Plan& plan, FieldWriter& out) {
  out.text("project", plan.project);
  out.text("environment", plan.environment);
  out.map("sites", plan.sites);
  out.map("connections", fields_of(plan.connections));
  FieldWriter notify;
  notify.map("channels", fields_of(plan.notify.channels));
  notify.texts("events", plan.notify.events);
  out.map("notify", notify.take());
}

Value::Map fields_of(const InputSpec& input) {
  FieldWriter out;
  out.put("name", input.name);
  out.put("type", rung::name_of(input.type));
  out.texts("of", input.choices);
  if (input.fallback) out.put("default", *input.fallback);
  out.text("doc", input.doc);
  return out.take();
}

Value::Map fields_of(const FreezeSpec& freeze) {
  FieldWriter out;
  out.text("name", freeze.name);
  out.boolean("daily", freeze.is_daily);
  out.text("from", freeze.from);
  out.text("to", freeze.to);
  out.list("weekdays", Value::List(freeze.weekdays.begin(), freeze.weekdays.end()));
  out.text("timezone", freeze.timezone);
  out.texts("modes", freeze.modes);
  out.text("say", freeze.say);
  return out.take();
}

Value::Map fields_of(const ConcurrencySpec& concurrency) {
  FieldWriter out;
  out.tmpl("key", concurrency.key);
  out.boolean("reject", concurrency.rejects);
  return out.take();
}

// What a runbook takes, computes and gives.
template <class PlanOrModule>
void write_interface(const PlanOrModule& of, FieldWriter& out) {
  Value::List inputs;
  for (const auto& input : of.inputs) inputs.emplace_back(fields_of(input));
  out.list("inputs", std::move(inputs));
  Value::List require;
  for (const auto& r : of.require) {
    require.push_back(Value::Map{{"that", r.that.text}, {"say", to_value(r.say)}});
  }
  out.list("require", std::move(require));
  out.list("vars", named(of.vars));
  out.list("outputs", named(of.outputs));
}

Value::Map fields_of(const Module& module) {
  FieldWriter out;
  out.text("runbook", module.runbook);
  out.text("file", module.file);
  out.text("folder", module.folder);
  write_interface(module, out);
  return out.take();
}

void write_lists(const Plan& plan, FieldWriter& out) {
  write_interface(plan, out);
  out.list("locks", fields_of(plan.locks));
  if (plan.concurrency) out.put("concurrency", fields_of(*plan.concurrency));
  Value::List freezes;
  for (const auto& freeze : plan.freezes) freezes.emplace_back(fields_of(freeze));
  out.list("freezes", std::move(freezes));
  out.texts("break_glass", plan.break_glass);
  Value::Map secrets;
  for (const auto& [name, s] : plan.secrets) {
    secrets.emplace(name, Value::Map{{"env", s.env}, {"file", s.file}});
  }
  out.map("secrets", std::move(secrets));
  Value::Map people;
  for (const auto& [name, person] : plan.people) people.emplace(name, fields_of(person));
  out.map("people", std::move(people));
  Value::List modules;
  for (const auto& module : plan.modules) modules.emplace_back(fields_of(module));
  out.list("modules", std::move(modules));
  Value::List steps;
  for (const auto& step : plan.steps) steps.emplace_back(fields_of(step));
  out.list("steps", std::move(steps));
}

}  // namespace

Value::Map fields_of(const Plan& plan) {
  FieldWriter out;
  out.put("language", std::int64_t{plan.language});
  out.text("runbook", plan.runbook);
  out.text("title", plan.title);
  out.text("folder", plan.folder);
  out.text("file", plan.file);
  out.map("sources", Value::Map(plan.sources.begin(), plan.sources.end()));
  write_lists(plan, out);
  write_project(plan, out);
  out.texts("modes", plan.modes);
  out.duration("rto", plan.rto);
  out.duration("rpo", plan.rpo);
  out.word("on_failure", plan.on_failure, OnFailure::pause);
  out.map("pause", fields_of(plan.pause));
  out.duration("timeout", plan.run_timeout);
  out.put("default_retry", fields_of(plan.default_retry));
  out.integer("root", plan.root.number);
  out.integer("finally", plan.finally.number, 1);
  return out.take();
}

}  // namespace rung::runbooks
