#include "runbooks/runbook_reader.h"

#include "runbooks/guard_reader.h"
#include "runbooks/lock_reader.h"
#include "runbooks/plan_words.h"
#include "runbooks/shared_env.h"
#include "runbooks/value_reader.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

class RunbookReader {
 public:
  RunbookReader(const Node& root, const Reading& reading)
      : reading_(reading), fields_(root, runbook_table(), reading.report) {}

  Draft read() {
    read_project();
    read_head();
    read_inputs();
    read_requirements();
    read_vars();
    read_outputs();
    read_locks();
    read_concurrency();
    read_policy();
    if (const Node* env = fields_.get("env"))
      reading_.env = read_shared_env(*env, reading_, draft_.env);
    if (const Node* steps = fields_.get("steps")) {
      draft_.steps = read_steps(*steps, reading_);
      if (steps->items.empty())
        report().error(fields_.place("steps"), "`steps` is an empty list", "add a step");
    }
    if (const Node* guards = fields_.get("abort_if")) read_abort_if(*guards);
    if (const Node* steps = fields_.get("finally")) draft_.finally = read_steps(*steps, reading_);
    return std::move(draft_);
  }

 private:
  Report& report() const { return reading_.report; }

  void read_abort_if(const Node& guards) {
    draft_.guards = read_guards(guards, reading_);
    if (guards.members.empty())
      report().error(fields_.place("abort_if"), "`abort_if` is empty", "add a condition");
  }

  void read_project() {
    const Project& project = reading_.project;
    draft_.plan.project = project.name;
    draft_.plan.environment = project.environment;
    draft_.plan.sites = project.here.sites;
    draft_.plan.connections = project.here.connections;
  }

  void read_head() {
    Plan& plan = draft_.plan;
    plan.runbook = fields_.text("name");
    plan.title = fields_.text("title");
    draft_.name_place = fields_.place("name");
    if (const Node* name = fields_.get("name")) check_runbook_name(*name);
  }

  void check_runbook_name(const Node& node) {
    const auto& name = node.text;
    const auto is_good = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    if (name.size() <= 64 && std::all_of(name.begin(), name.end(), is_good) &&
        name.front() != '-' && name.back() != '-' &&
        name.find_first_not_of("0123456789") != std::string::npos) {
      return;
    }
    std::string could;
    for (const char c : name.substr(0, 60)) {
      if (c >= 'A' && c <= 'Z')
        could += static_cast<char>(c - 'A' + 'a');
      else
        could += is_good(c) ? c : '-';
    }
    while (could.starts_with('-')) could.erase(0, 1);
    while (could.ends_with('-')) could.pop_back();
    report().error(place_of(node),
                   "`" + name.substr(0, 60) +
                       "` is no name for a runbook: it has small letters, digits and -, at "
                       "most 64, and is no plain number",
                   "write  name: " + (could.empty() ? "my-runbook" : could));
  }

  void read_inputs() {
    const Node* inputs = fields_.get("inputs");
    if (inputs == nullptr) return;
    for (const auto& member : inputs->members) {
      check_key_name(member, "inputs", report());
      if (member.value.kind == Node::Kind::map)
        draft_.plan.inputs.push_back(read_input(member));
      else
        draft_.plan.inputs.push_back({member.key, Type::any, {}, Value(), ""});  // was reported
    }
  }

  InputSpec read_input(const Member& member) {
    const Fields fields(member.value, *fields_.table().find("inputs")->table, report());
    InputSpec input;
    input.name = member.key;
    input.type = parse_type(fields.text("type")).value_or(Type::any);
    input.choices = fields.texts("of");
    input.doc = fields.text("doc");
    if (input.type == Type::enumeration && input.choices.empty()) {
      report().error(place_of(member), "an enum needs its choices", "add  of: [small, large]");
    }
    if (input.type == Type::site) add_sites(member, input);
    if (input.type != Type::enumeration && fields.has("of")) {
      report().error(fields.place("of"), "`of` goes with an enum",
                     "write  type: enum  or remove `of`");
    }
    if (fields.has("default")) read_default(fields, input);
    return input;
  }

  void add_sites(const Member& member, InputSpec& input) {
    input.choices.clear();
    for (const auto& [site, what] : draft_.plan.sites) input.choices.push_back(site);
    if (!input.choices.empty()) return;
    report().error(place_of(member), "`" + member.key + "` is a site, and the project has no sites",
                   "add to rung.yaml  sites: {east: {...}, west: {...}}");
  }

  void read_default(const Fields& fields, InputSpec& input) {
    const Node* node = fields.get("default");
    if (node == nullptr || !fields.get("type")) {
      input.fallback = Value();
      return;
    }
    ExpressionUses uses;
    const bool is_scalar = node->kind == Node::Kind::scalar;
    const auto written =
        ValueReader(report(), uses).read(*node, {"default", {}, Type::any, is_scalar});
    if (!uses.empty()) {
      report().error(place_of(*node), "a default is a constant and takes no {{ }}",
                     "write the value itself, or compute it under `vars:`");
    }
    auto value = coerce(input.type, constant_value(written));
    if (!value) {
      input.fallback = Value();
      auto said =
          explain(value.error(), "write a value of type " + std::string(name_of(input.type)));
      report().error(place_of(*node), "the default of `" + input.name + "`: " + said.message,
                     std::move(said.fix));
      return;
    }
    input.fallback = std::move(value).value();
    if (!input.choices.empty()) check_fallback(*node, input);
  }

  void check_fallback(const Node& node, const InputSpec& input) {
    const auto& choices = input.choices;
    if (std::find(choices.begin(), choices.end(), node.text) != choices.end()) return;
    const std::vector<std::string_view> views(choices.begin(), choices.end());
    const auto near = nearest(node.text, views);
    report().error(place_of(node),
                   "the default of `" + input.name + "` is none of its " +
                       (input.type == Type::site ? "sites" : "choices"),
                   "write  default: " + std::string(near.empty() ? views.front() : near));
  }

  void read_requirements() {
    const Node* list = fields_.get("require");
    if (list == nullptr) return;
    Names names;
    names.steps = false;
    for (const auto& item : list->items) {
      if (item.kind != Node::Kind::map) continue;
      const Fields fields(item, *fields_.table().find("require")->table, report());
      ValueReader values(report(), draft_.require);
      Requirement requirement;
      if (const Node* that = fields.get("that"))
        requirement.that = values.condition(*that, "that", names);
      if (const Node* say = fields.get("say"))
        requirement.say = values.read(*say, {"say", names, Type::string, true});
      draft_.plan.require.push_back(std::move(requirement));
    }
  }

  void read_vars() {
    const Node* map = fields_.get("vars");
    if (map == nullptr) return;
    Names names;
    names.steps = false;
    for (const auto& member : map->members) {
      check_key_name(member, "vars", report());
      ExpressionUses uses;
      draft_.plan.vars.emplace_back(
          member.key,
          ValueReader(report(), uses).read(member.value, {"vars." + member.key, names}));
      draft_.vars.push_back(std::move(uses));
    }
  }

  void read_outputs() {
    const Node* map = fields_.get("outputs");
    if (map == nullptr) return;
    for (const auto& member : map->members) {
      check_key_name(member, "outputs", report());
      ValueReader values(report(), draft_.outputs);
      draft_.plan.outputs.emplace_back(member.key,
                                       values.read(member.value, {"outputs." + member.key, {}}));
    }
  }

  void read_pause() {
    PauseSpec& pause = draft_.plan.pause;
    pause.remind = std::chrono::minutes(10);
    const Node* node = fields_.get("pause");
    if (node == nullptr) return;
    const Fields fields(*node, *fields_.table().find("pause")->table, report());
    pause.remind = fields.duration("remind").value_or(pause.remind);
    pause.limit = fields.duration("for").value_or(Duration::zero());
    pause.then = parse_word<AfterPause>(fields.text("then")).value_or(AfterPause::fail);
    if (fields.has("for") == fields.has("then")) return;
    const bool is_endless = fields.has("then");
    report().error(fields.place(is_endless ? "then" : "for"),
                   "`for` and `then` go together: how long a pause lasts, and what then",
                   is_endless ? "add  for: 30m" : "add  then: fail");
  }

  void read_locks() {
    if (const Node* list = fields_.get("locks"))
      draft_.plan.locks = rung::runbooks::read_locks(*list, report(), draft_.locks);
  }

  void read_concurrency() {
    const Node* node = fields_.get("concurrency");
    if (node == nullptr) return;
    const Fields fields(*node, *fields_.table().find("concurrency")->table, report());
    ConcurrencySpec concurrency;
    if (const Node* key = fields.get("key"))
      concurrency.key = read_lock_name(*key, "concurrency.key", report(), draft_.locks);
    concurrency.rejects = fields.text("on_conflict") == "reject";
    draft_.plan.concurrency = std::move(concurrency);
  }

  void read_policy() {
    Plan& plan = draft_.plan;
    plan.secrets = reading_.project.secrets;
    for (auto& [name, source] : read_secrets(fields_, report())) {
      if (plan.secrets.emplace(name, source).second) continue;
      report().error(fields_.place("secrets"), "secret `" + name + "` is in rung.yaml and here",
                     "keep one of the two");
    }
    plan.people = reading_.project.people;
    plan.freezes = freezes_of(plan.runbook, reading_.project.calendars);
    plan.break_glass = reading_.project.break_glass;
    plan.notify = reading_.project.notify;
    plan.modes = fields_.texts("modes");
    if (plan.modes.empty()) plan.modes = {"planned"};
    if (const Node* node = fields_.get("objectives")) {
      const Fields objectives(*node, *fields_.table().find("objectives")->table, report());
      plan.rto = objectives.duration("rto").value_or(Duration::zero());
      plan.rpo = objectives.duration("rpo").value_or(Duration::zero());
      draft_.rto_place = objectives.place("rto");
    }
    plan.run_timeout = fields_.duration("timeout").value_or(Duration::zero());
    read_pause();
    const auto on_failure = fields_.text("on_failure");
    draft_.has_on_failure = !on_failure.empty();
    if (on_failure == "fail") plan.on_failure = OnFailure::fail;
    if (on_failure == "undo_run") plan.on_failure = OnFailure::undo_run;
    plan.default_retry = {
        3,
        std::chrono::seconds(1),
        std::chrono::seconds(30),
        {ErrorClass::network, ErrorClass::timeout, ErrorClass::unavailable, ErrorClass::quota}};
  }

  Reading reading_;  // with the environment of its commands
  Fields fields_;
  Draft draft_;
};

}  // namespace

Draft read_runbook(const Node& root, const Reading& reading) {
  return RunbookReader(root, reading).read();
}

}  // namespace rung::runbooks
