#include "runbooks/plan_fields.h"
#include "runbooks/plan_words.h"

#include <limits>
#include <utility>

namespace rung::runbooks {
namespace {

using Types = std::map<std::string, Type, std::less<>>;

template <class Enum>
Enum word(FieldReader& in, std::string_view field, Enum otherwise) {
  const auto text = in.text_or(field, std::string(name_of(otherwise)));
  const auto value = parse_word<Enum>(text);
  if (!value) in.fail(field, "is an unknown word");
  return value.value_or(otherwise);
}

std::int32_t small(FieldReader& in, std::string_view field, std::int32_t otherwise) {
  const auto number = in.integer(field, otherwise);
  if (number >= 0 && number <= std::numeric_limits<std::int32_t>::max())
    return static_cast<std::int32_t>(number);
  in.fail(field, "is out of range");
  return otherwise;
}

std::vector<std::string> texts(FieldReader& in, std::string_view field) {
  std::vector<std::string> out;
  in.each_item(field, [&](const Value& item) {
    if (const auto* text = item.string())
      out.push_back(*text);
    else
      in.fail(field, "holds something that is no text");
  });
  return out;
}

std::vector<StepIndex> steps(FieldReader& in, std::string_view field) {
  std::vector<StepIndex> out;
  in.each_item(field, [&](const Value& item) {
    const auto* number = item.integer();
    if (number == nullptr || *number < 0 || *number > std::numeric_limits<std::int32_t>::max()) {
      return in.fail(field, "holds something that is no step");
    }
    out.push_back({static_cast<std::uint32_t>(*number)});
  });
  return out;
}

std::optional<StepIndex> step(FieldReader& in, std::string_view field) {
  if (in.value(field) == nullptr) return std::nullopt;
  return StepIndex{static_cast<std::uint32_t>(small(in, field, 0))};
}

Template tmpl(FieldReader& in, std::string_view field) {
  const Value* value = in.value(field);
  if (value == nullptr) return {};
  auto parsed = template_from_value(*value);
  if (parsed) return std::move(parsed).value();
  in.fail(field, parsed.error().message());
  return {};
}

// Members are read one by one: as a whole, a constant map would come back as one value.
Template::Map templates(FieldReader& in, std::string_view field) {
  Template::Map out;
  in.each_member(field, [&](const std::string& key, const Value& value) {
    auto parsed = template_from_value(value);
    if (!parsed) return in.fail(field, parsed.error().message());
    out.emplace(key.starts_with("$$") ? key.substr(1) : key, std::move(parsed).value());
  });
  return out;
}

Types types(FieldReader& in, std::string_view field) {
  Types out;
  in.each_member(field, [&](const std::string& name, const Value& value) {
    const auto type = value.string() == nullptr ? std::nullopt : parse_type(*value.string());
    if (!type) return in.fail(field, "holds an unknown type");
    out.emplace(name, *type);
  });
  return out;
}

std::map<std::string, std::string, std::less<>> text_map(FieldReader& in, std::string_view field) {
  std::map<std::string, std::string, std::less<>> out;
  in.each_member(field, [&](const std::string& name, const Value& value) {
    if (const auto* text = value.string())
      out.emplace(name, *text);
    else
      in.fail(field, "holds something that is no text");
  });
  return out;
}

Retry read_retry(FieldReader in) {
  Retry retry;
  retry.attempts = small(in, "attempts", 1);
  retry.delay = in.duration("delay");
  retry.max_delay = in.duration("max_delay");
  for (const auto& name : texts(in, "errors")) {
    if (const auto error_class = parse_error_class(name))
      retry.errors.push_back(*error_class);
    else
      in.fail("errors", "holds an unknown class");
  }
  in.refuse_others();
  return retry;
}

ActionUse read_use(FieldReader in) {
  ActionUse use;
  use.uses = in.text("uses");
  use.version = in.text("version");
  use.target = tmpl(in, "target");
  use.with = templates(in, "with");
  use.gives = texts(in, "gives");
  use.outputs = types(in, "outputs");
  use.expect.text = in.text("expect");
  in.refuse_others();
  return use;
}

WaitSpec read_wait(FieldReader in) {
  WaitSpec wait{tmpl(in, "duration"), tmpl(in, "at"), in.text("timezone"), in.text("signal")};
  in.refuse_others();
  return wait;
}

WatchSpec read_watch(FieldReader in) {
  WatchSpec watch;
  watch.until.text = in.text("until");
  watch.every = in.duration("every");
  watch.look_timeout = in.duration("look_timeout");
  watch.hold = in.duration("hold");
  watch.successes = small(in, "successes", 1);
  watch.samples = small(in, "samples", 0);
  watch.on_timeout = word(in, "on_timeout", OnTimeout::fail);
  in.refuse_others();
  return watch;
}

ApproveSpec read_approve(FieldReader in) {
  ApproveSpec approve;
  approve.ask = tmpl(in, "ask");
  approve.show = templates(in, "show");
  approve.by = texts(in, "by");
  approve.count = small(in, "count", 1);
  approve.is_each = in.boolean("each");
  approve.on_timeout = word(in, "on_timeout", OnTimeout::reject);
  approve.on_reject = word(in, "on_reject", OnReject::cancel);
  in.refuse_others();
  return approve;
}

ManualSpec read_manual(FieldReader in) {
  ManualSpec manual;
  manual.instruction = tmpl(in, "do");
  manual.checklist = texts(in, "checklist");
  manual.by = texts(in, "by");
  manual.outputs = types(in, "outputs");
  manual.on_timeout = word(in, "on_timeout", OnTimeout::pause);
  in.refuse_others();
  return manual;
}

std::vector<std::pair<std::string, Template>> named(FieldReader& in, std::string_view field) {
  std::vector<std::pair<std::string, Template>> out;
  in.each_item(field, [&](const Value& item) {
    FieldReader one = in.inner(item, std::string(field));
    auto name = one.text("name");
    out.emplace_back(std::move(name), tmpl(one, "value"));
    one.refuse_others();
  });
  return out;
}

LoopSpec read_loop(FieldReader in) {
  LoopSpec loop;
  loop.item = in.text("item");
  loop.in = tmpl(in, "in");
  loop.key = tmpl(in, "key");
  loop.max_parallel = static_cast<std::int32_t>(in.integer("max_parallel", 1));
  loop.tolerate = static_cast<std::int32_t>(in.integer("tolerate", 0));
  in.refuse_others();
  return loop;
}

ScriptSpec read_script(FieldReader in) {
  ScriptSpec script;
  script.text = in.text("text");
  script.line = static_cast<std::int32_t>(in.integer("line", 1));
  script.has_open_outputs = in.boolean("open_outputs");
  in.refuse_others();
  return script;
}

ChildSpec read_child(FieldReader in) {
  ChildSpec child;
  child.module = static_cast<std::uint32_t>(in.integer("module", 0));
  child.with = templates(in, "with");
  in.refuse_others();
  return child;
}

DecideSpec read_decide(FieldReader in) {
  DecideSpec decide;
  decide.ask = tmpl(in, "ask");
  decide.options = named(in, "options");
  decide.fallback = in.text("default");
  decide.by = texts(in, "by");
  in.refuse_others();
  return decide;
}

Reminding read_reminding(FieldReader in) {
  Reminding reminding;
  reminding.every = in.duration("every");
  reminding.escalate_after = in.duration("escalate_after");
  reminding.escalate_to = texts(in, "escalate_to");
  in.refuse_others();
  return reminding;
}

PauseSpec read_pause(FieldReader in) {
  PauseSpec pause;
  pause.remind = in.duration("remind");
  pause.limit = in.duration("limit");
  pause.then = word(in, "then", AfterPause::fail);
  in.refuse_others();
  return pause;
}

std::vector<LockSpec> read_locks(FieldReader& in) {
  std::vector<LockSpec> locks;
  in.each_item("locks", [&](const Value& v) {
    FieldReader one = in.inner(v, "locks");
    locks.push_back({tmpl(one, "name"), one.boolean("shared")});
    one.refuse_others();
  });
  return locks;
}

void read_kind(FieldReader& in, Step& out) {
  out.kind = word(in, "kind", StepKind::action);
  if (const Value* action = in.value("action")) out.action = read_use(in.inner(*action, "action"));
  if (const Value* probe = in.value("probe")) out.probe = read_use(in.inner(*probe, "probe"));
  out.set = templates(in, "set");
  out.fail = tmpl(in, "fail");
  if (const Value* wait = in.value("wait")) out.wait = read_wait(in.inner(*wait, "wait"));
  if (const Value* watch = in.value("watch")) out.watch = read_watch(in.inner(*watch, "watch"));
  if (const Value* guard = in.value("guard")) {
    FieldReader one = in.inner(*guard, "guard");
    out.guard = GuardSpec{tmpl(one, "say")};
    one.refuse_others();
  }
  if (const Value* approve = in.value("approve"))
    out.approve = read_approve(in.inner(*approve, "approve"));
  if (const Value* manual = in.value("manual"))
    out.manual = read_manual(in.inner(*manual, "manual"));
  if (const Value* decide = in.value("decide"))
    out.decide = read_decide(in.inner(*decide, "decide"));
  if (const Value* reminding = in.value("reminding"))
    out.reminding = read_reminding(in.inner(*reminding, "reminding"));
  out.locks = read_locks(in);
  out.cancel_others = in.boolean("cancel_others");
  out.is_parallel = in.boolean("parallel");
  out.two_phase.prepare_within = in.duration("prepare_within");
  if (const Value* loop = in.value("loop")) out.loop = read_loop(in.inner(*loop, "loop"));
  if (const Value* child = in.value("child")) out.child = read_child(in.inner(*child, "child"));
  if (const Value* script = in.value("script"))
    out.script = read_script(in.inner(*script, "script"));
  out.module = static_cast<std::uint32_t>(in.integer("module", 0));
  out.is_verify = in.boolean("verify");
  out.is_choice = in.boolean("choice");
  out.is_finally = in.boolean("finally");
  if (in.value("on_failure") != nullptr)
    out.on_failure = word<OnFailure>(in, "on_failure", OnFailure::pause);
}

Step read_step(FieldReader in) {
  Step out;
  out.id = in.text("id");
  out.address = in.text("address");
  out.title = in.text("title");
  out.parent = step(in, "parent");
  out.children = steps(in, "children");
  out.needs = steps(in, "needs");
  out.undo = step(in, "undo");
  out.before = step(in, "before");
  out.undoes = step(in, "undoes");
  out.when.text = in.text("when");
  out.modes = texts(in, "modes");
  read_kind(in, out);
  out.timeout = in.duration("timeout");
  out.step_timeout = in.duration("step_timeout");
  if (const Value* retry = in.value("retry")) out.retry = read_retry(in.inner(*retry, "retry"));
  if (in.value("tolerate") != nullptr) out.tolerate = in.text("tolerate");
  out.in_doubt = word(in, "in_doubt", InDoubt::by_class);
  out.how_to_tell = in.text("how_to_tell");
  out.undo_on = texts(in, "undo_on");
  out.undo_none = in.boolean("undo_none");
  if (in.value("point_of_no_return") != nullptr)
    out.point_of_no_return = in.text("point_of_no_return");
  out.leftovers = in.text_or("leftovers", "allow");
  out.phase = in.text("phase");
  out.is_unpinned = in.boolean("unpinned");
  out.pinned = text_map(in, "pinned");
  out.at = {small(in, "line", 0), small(in, "column", 0)};
  in.refuse_others();
  return out;
}

InputSpec read_input(FieldReader in) {
  InputSpec input;
  input.name = in.text("name");
  const auto type = parse_type(in.text("type"));
  if (!type) in.fail("type", "is unknown");
  input.type = type.value_or(Type::any);
  input.choices = texts(in, "of");
  if (const Value* fallback = in.value("default")) input.fallback = *fallback;
  input.doc = in.text("doc");
  in.refuse_others();
  return input;
}

void read_people(FieldReader& in, Plan& plan) {
  in.each_member("secrets", [&](const std::string& name, const Value& value) {
    FieldReader one = in.inner(value, "secrets");
    plan.secrets.emplace(name, SecretSource{one.text("env"), one.text("file")});
    one.refuse_others();
  });
  in.each_member("people", [&](const std::string& name, const Value& value) {
    FieldReader one = in.inner(value, "people");
    plan.people.emplace(name,
                        Person{texts(one, "users"), texts(one, "groups"), texts(one, "notify")});
    one.refuse_others();
  });
}

std::map<std::string, Connection, std::less<>> read_connections(FieldReader& in,
                                                                std::string_view field) {
  std::map<std::string, Connection, std::less<>> out;
  in.each_member(field, [&](const std::string& name, const Value& value) {
    FieldReader one = in.inner(value, std::string(field));
    out.emplace(name, Connection{one.text("uses"), templates(one, "fields"),
                                 one.boolean("of_environment")});
    one.refuse_others();
  });
  return out;
}

void read_project(FieldReader& in, Plan& plan) {
  plan.project = in.text("project");
  plan.environment = in.text("environment");
  in.each_member("sites", [&](const std::string& name, const Value& value) {
    plan.sites.emplace(name, value);
  });
  plan.connections = read_connections(in, "connections");
  if (const Value* notify = in.value("notify")) {
    FieldReader one = in.inner(*notify, "notify");
    plan.notify.channels = read_connections(one, "channels");
    plan.notify.events = texts(one, "events");
    one.refuse_others();
  }
}

template <class PlanOrModule>
void read_interface(FieldReader& in, PlanOrModule& of) {
  in.each_item("inputs",
               [&](const Value& v) { of.inputs.push_back(read_input(in.inner(v, "inputs"))); });
  in.each_item("require", [&](const Value& v) {
    FieldReader one = in.inner(v, "require");
    of.require.push_back({{one.text("that")}, tmpl(one, "say")});
    one.refuse_others();
  });
  of.vars = named(in, "vars");
  of.outputs = named(in, "outputs");
}

Module read_module(FieldReader in) {
  Module module;
  module.runbook = in.text("runbook");
  module.file = in.text("file");
  module.folder = in.text("folder");
  read_interface(in, module);
  in.refuse_others();
  return module;
}

std::optional<ConcurrencySpec> read_concurrency(FieldReader& in) {
  const Value* concurrency = in.value("concurrency");
  if (concurrency == nullptr) return std::nullopt;
  FieldReader one = in.inner(*concurrency, "concurrency");
  ConcurrencySpec read{tmpl(one, "key"), one.boolean("reject")};
  one.refuse_others();
  return read;
}

FreezeSpec read_freeze(FieldReader in) {
  FreezeSpec freeze;
  freeze.name = in.text("name");
  freeze.is_daily = in.boolean("daily");
  freeze.from = in.text("from");
  freeze.to = in.text("to");
  in.each_item("weekdays", [&](const Value& day) {
    if (day.integer() == nullptr) return in.fail("weekdays", "must be numbers");
    freeze.weekdays.push_back(static_cast<int>(*day.integer()));
  });
  freeze.timezone = in.text("timezone");
  freeze.modes = texts(in, "modes");
  freeze.say = in.text("say");
  in.refuse_others();
  return freeze;
}

void read_lists(FieldReader& in, Plan& plan) {
  read_interface(in, plan);
  plan.locks = read_locks(in);
  plan.concurrency = read_concurrency(in);
  in.each_item("freezes", [&](const Value& v) {
    plan.freezes.push_back(read_freeze(in.inner(v, "freezes")));
  });
  plan.break_glass = texts(in, "break_glass");
  read_people(in, plan);
  in.each_item("modules", [&](const Value& v) {
    plan.modules.push_back(read_module(in.inner(v, "modules")));
  });
  if (const Value* all = in.value("steps"); all != nullptr && all->list() != nullptr)
    plan.steps.reserve(all->list()->size());
  in.each_item("steps",
               [&](const Value& v) { plan.steps.push_back(read_step(in.inner(v, "steps"))); });
}

// Recovery follows these numbers without looking: none may lead out of the plan.
void check_numbers(FieldReader& in, const Plan& plan) {
  const auto check = [&](StepIndex i) {
    if (i.number >= plan.steps.size()) in.fail("steps", "names a step that is not there");
  };
  check(plan.root);
  check(plan.finally);
  for (const auto& s : plan.steps) {
    for (const auto i : s.children) check(i);
    for (const auto i : s.needs) check(i);
    for (const auto& i : {s.parent, s.undo, s.before, s.undoes}) {
      if (i) check(*i);
    }
    if (s.guard && !s.watch) in.fail("steps", "has a guard that looks at nothing");
    if (s.loop && s.children.size() != 1) in.fail("steps", "has a loop without a body");
    const bool is_child_known =
        !s.child || (s.child->module > 0 && s.child->module <= plan.modules.size());
    if (s.module > plan.modules.size() || !is_child_known)
      in.fail("steps", "names a module that is not there");
  }
}

}  // namespace

Plan read_plan(FieldReader& in) {
  Plan plan;
  plan.language = static_cast<std::int32_t>(in.integer("language", 1));
  plan.runbook = in.text("runbook");
  plan.title = in.text("title");
  plan.folder = in.text("folder");
  plan.file = in.text("file");
  plan.sources = text_map(in, "sources");
  read_lists(in, plan);
  read_project(in, plan);
  plan.modes = texts(in, "modes");
  plan.rto = in.duration("rto");
  plan.rpo = in.duration("rpo");
  plan.on_failure = word(in, "on_failure", OnFailure::pause);
  if (const Value* pause = in.value("pause")) plan.pause = read_pause(in.inner(*pause, "pause"));
  plan.run_timeout = in.duration("timeout");
  if (const Value* retry = in.value("default_retry")) {
    plan.default_retry = read_retry(in.inner(*retry, "default_retry"));
  }
  plan.root = {static_cast<std::uint32_t>(small(in, "root", 0))};
  plan.finally = {static_cast<std::uint32_t>(small(in, "finally", 1))};
  in.refuse_others();
  check_numbers(in, plan);
  return plan;
}

}  // namespace rung::runbooks
