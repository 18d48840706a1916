#include "base/words.h"
#include "runbooks/http_words.h"
#include "runbooks/shared_env.h"
#include "runbooks/spec_field.h"
#include "runbooks/step_reader.h"
#include "runbooks/value_reader.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

// Arguments, variables and headers are text whatever they look like.
bool holds_text(std::string_view field) {
  static constexpr std::string_view kFields[] = {"argv",    "env",   "stdin", "files",
                                                 "headers", "query", "form"};
  return std::find(std::begin(kFields), std::end(kFields), field) != std::end(kFields);
}

// Reads the fields of one use of an action against its specification.
class ActionReader {
 public:
  ActionReader(const Fields& fields, const Reading& reading, DraftStep& draft, Names names)
      : fields_(fields), reading_(reading), draft_(draft), names_(names) {}

  ActionUse read() {
    choose();
    if (spec_ == nullptr) return std::move(use_);
    use_.version = spec_->version;
    check_place();
    read_target();
    read_inputs();
    check_required();
    read_declared_outputs();
    if (const Node* node = fields_.get("expect")) read_expect(*node);
    check_constants();
    return std::move(use_);
  }

 private:
  Report& report() const { return reading_.report; }

  void choose() {
    if (fields_.has("shell")) return name("shell", "shell");
    if (fields_.has("command")) return name("command", "command");
    if (fields_.has("http")) return name("http.request", "http");
    const auto uses = fields_.text("uses");
    if (uses.empty()) return;
    if (const auto method = http_method_of(uses);
        !method.empty() && reading_.catalog.find(uses) == nullptr) {
      name("http.request", "uses");
      use_.with.emplace("method", Template{Value(method)});
      return;
    }
    name(uses, "uses");
  }

  void name(const std::string& action, std::string_view key) {
    key_ = key;
    use_.uses = action;
    spec_ = reading_.catalog.find(action);
    if (spec_ != nullptr) return;
    auto names = reading_.catalog.names();
    for (const auto& word : kHttpWords) names.push_back(word.action);
    const auto near = nearest(action, names);
    const Node* node = fields_.get(key);
    report().error(
        node == nullptr ? fields_.place(key) : place_of(*node),
        "there is no action `" + action + "`",
        near.empty() ? "`rung actions` lists them" : "did you mean " + std::string(near) + "?");
    draft_.is_flawed = true;
  }

  // What can prepare stands in a two_phase, and nothing else does.
  void check_place() {
    const bool is_part = draft_.step.kind == StepKind::participant;
    if (spec_->is_participant == is_part) return;
    draft_.is_flawed = true;
    if (!is_part) {
      report().error(fields_.place(key_), use_.uses + " is a participant of a transaction",
                     "write  two_phase: {participants: {ledger: {uses: " + use_.uses + ", ...}}}");
      return;
    }
    std::vector<std::string> able;
    for (const auto name : reading_.catalog.names()) {
      if (reading_.catalog.find(name)->is_participant) able.emplace_back(name);
    }
    report().error(fields_.place(key_),
                   use_.uses + " cannot take part in a transaction: it cannot prepare",
                   able.empty() ? "make it a step of its own" : "write one of " + joined(able));
  }

  void read_inputs() {
    if (const Node* script = fields_.get("shell")) read_field("script", *script, "shell");
    if (const Node* argv = fields_.get("command")) read_argv(*argv);
    const bool is_command = key_ == "shell" || key_ == "command";
    for (const std::string_view key : {"env", "stdin", "files", "interpreter", "cwd"}) {
      if (!is_command) break;
      if (const Node* node = fields_.get(key)) read_field(key, *node, std::string(key));
    }
    const Node* with = is_command ? nullptr : fields_.get(key_ == "http" ? "http" : "with");
    if (with != nullptr) read_with(*with);
    const bool takes_env = spec_->is_supervised && spec_->input("env") != nullptr;
    if (!takes_env || draft_.is_flawed || add_shared_env(reading_.env, use_)) return;
    report().error(fields_.place(with != nullptr ? "with" : key_),
                   "the `env` here is one expression, and the variables around it could not stand "
                   "beside its own",
                   "write the variables one by one:  env: {NAME: \"{{ ... }}\"}");
    draft_.is_flawed = true;
  }

  void read_with(const Node& with) {
    for (const auto& member : with.members) {
      if (key_ == "http" && member.key == "expect" && spec_->input("expect") == nullptr)
        read_http_expect(member);
      else
        read_member(member);
    }
  }

  void read_argv(const Node& list) {
    if (list.items.empty()) {
      report().error(place_of(list), "`command` is empty", "write  command: [program, argument]");
      draft_.is_flawed = true;
      return;
    }
    for (const auto& item : list.items) {
      if (item.kind == Node::Kind::scalar || item.is_broken) continue;
      report().error(place_of(item),
                     "an argument must be text, and this is " + std::string(what_is(item)),
                     item.kind == Node::Kind::map ? "quote it:  \"...\""
                                                  : "write the arguments in one flat list");
      draft_.is_flawed = true;
    }
    read_field("argv", list, "command");
  }

  void read_http_expect(const Member& member) {
    if (fields_.has("expect")) {
      report().error(place_of(member), "`expect` is here and in the step", "keep one of the two");
    } else if (member.value.kind != Node::Kind::scalar) {
      report().error(place_of(member), "`expect` must be an expression",
                     "write  expect: code == 200");
    } else {
      read_expect(member.value);
    }
  }

  void read_member(const Member& member) {
    if (member.value.is_broken) {
      draft_.is_flawed = true;
      return;
    }
    if (spec_->input(member.key) == nullptr) return report_unknown(member);
    if (use_.with.contains(member.key)) {
      report().error(place_of(member),
                     "`" + member.key + "` is said by `" + fields_.text("uses") + "` already",
                     "remove it, or write  uses: " + use_.uses);
      return;
    }
    read_field(member.key, member.value, member.key);
  }

  void report_unknown(const Member& member) {
    report_unknown_field(member, use_.uses, "input", spec_->inputs, report());
    draft_.is_flawed = true;
  }

  void read_field(std::string_view field, const Node& node, const std::string& said) {
    const FieldSpec* spec = spec_->input(field);
    if (spec == nullptr) {
      report().error(fields_.place(said), use_.uses + " has no input `" + said + "`", "remove it");
      return;
    }
    auto value = read_spec_field(node,
                                 {*spec, said, names_, holds_text(field),
                                  "`rung actions " + use_.uses + "` shows what it takes"},
                                 report(), draft_.uses);
    if (!value) {
      draft_.is_flawed = true;
      return;
    }
    use_.with.emplace(std::string(field), std::move(*value));
  }

  void read_target() {
    // `connection:` was reported as a slip for it, and beside a script it means nothing.
    if (fields_.has("connection") || key_ == "shell" || key_ == "command") return;
    const bool is_probe = !draft_.step.undoes && &fields_.table() == &action_table();
    TargetUse target{nullptr, fields_.place(key_), is_probe};
    if (const Node* node = fields_.get("target")) {
      target.node = node;
      Names names;
      names.steps = false;
      use_.target =
          ValueReader(report(), draft_.uses).read(*node, {"target", names, Type::string, true});
      if (node->text.empty())
        report().error(place_of(*node), "`target` names nothing", "write  target: a_connection");
    }
    draft_.targets.push_back(target);
  }

  void check_required() {
    for (const auto& field : spec_->inputs) {
      if (!field.required || use_.with.contains(field.name) || draft_.is_flawed) continue;
      if (fields_.has("target") && comes_with_target(field.name)) continue;
      const auto said = field.name == "script" ? "shell"
                        : field.name == "argv" ? "command"
                                               : field.name;
      if (fields_.has(said)) continue;  // it was refused
      report().error(
          fields_.place(key_),
          use_.uses + " needs `" + field.name + "`" + (field.doc.empty() ? "" : ": " + field.doc),
          key_ == "http" ? "add  " + field.name + ": ...  to the map"
                         : "add  with: {" + field.name + ": ...}");
    }
  }

  // Whether every connection that may be named has it.
  bool comes_with_target(const std::string& field) const {
    const auto& kinds = spec_->target.kinds;
    return std::all_of(kinds.begin(), kinds.end(), [&](const std::string& kind) {
      const auto* connection = reading_.catalog.connection(kind);
      return connection != nullptr && connection->field(field) != nullptr;
    });
  }

  void read_declared_outputs() {
    for (const auto& output : spec_->outputs) use_.gives.push_back(output.name);
    const Node* node = fields_.get("outputs");
    if (node == nullptr) return;
    if (!spec_->open_outputs) {
      report().error(fields_.place("outputs"),
                     use_.uses + " has its own outputs and takes no others",
                     "remove `outputs`; `rung actions " + use_.uses + "` lists what it gives");
      return;
    }
    use_.outputs = read_outputs(*node, report());
  }

  void read_expect(const Node& node) {
    Names names = names_;
    for (const auto& output : spec_->outputs) names.outputs.push_back(output.name);
    for (const auto& [name, type] : use_.outputs) names.outputs.push_back(name);
    use_.expect = ValueReader(report(), draft_.uses).condition(node, "expect", names);
  }

  // What only the action itself can say of inputs that are known already. With a target it is asked
  // once that is known (check_targets.h).
  void check_constants() {
    if (draft_.is_flawed || fields_.has("target") || !is_decided(use_, *spec_)) return;
    for (const auto& what : reading_.catalog.check(use_.uses, constants_of(use_.with), nullptr)) {
      report().error(fields_.place(key_), what,
                     "`rung actions " + use_.uses + "` shows what it takes");
    }
  }

  const Fields& fields_;
  const Reading& reading_;
  DraftStep& draft_;
  Names names_;
  std::string key_;
  const ActionSpec* spec_ = nullptr;
  ActionUse use_;
};

}  // namespace

ActionUse read_action(const Fields& fields, const Reading& reading, DraftStep& draft) {
  Names names;
  names.self = draft.step.undoes.has_value() || &fields.table() == &action_table();
  return ActionReader(fields, reading, draft, names).read();
}

bool is_decided(const ActionUse& use, const ActionSpec& spec) {
  return std::all_of(use.with.begin(), use.with.end(), [&](const auto& field) {
    return is_constant(field.second) || spec.input(field.first)->choices.empty();
  });
}

const std::vector<std::string_view>& engine_members() {
  static const std::vector<std::string_view> names{
      "status", "error", "attempts", "started_at", "finished_at", "duration", "outputs", "results"};
  return names;
}

bool is_engine_member(std::string_view name) {
  const auto& names = engine_members();
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::map<std::string, Type, std::less<>> read_outputs(const Node& map, Report& report) {
  std::map<std::string, Type, std::less<>> outputs;
  for (const auto& member : map.members) {
    if (is_engine_member(member.key)) {
      report.error(place_of(member), "`" + member.key + "` belongs to the engine in `steps.<id>`",
                   "call the output something else, such as my_" + member.key);
      continue;
    }
    Node name;
    name.kind = Node::Kind::scalar;
    name.text = member.key;
    name.at = member.at;
    if (!check_name(name, "outputs", report)) continue;
    outputs.emplace(member.key, parse_type(member.value.text).value_or(Type::any));
  }
  return outputs;
}

KnownOutputs outputs_of(const Step& step, const Catalog& catalog) {
  KnownOutputs known;
  const auto add = [&](const auto& types) {
    for (const auto& [name, type] : types) known.outputs.push_back({name, type, ""});
  };
  switch (step.kind) {
    case StepKind::action:
    case StepKind::participant:
      add(step.action.outputs);
      if (const ActionSpec* spec = catalog.find(step.action.uses)) {
        known.outputs.insert(known.outputs.end(), spec->outputs.begin(), spec->outputs.end());
      } else {
        known.are_all = false;
      }
      break;
    case StepKind::set:
      for (const auto& [name, value] : step.set) known.outputs.push_back({name, Type::any, ""});
      break;
    case StepKind::manual: add(step.manual.outputs); break;
    case StepKind::wait:
      if (step.watch) {
        add(step.action.outputs);
        if (const ActionSpec* spec = catalog.find(step.action.uses))
          known.outputs.insert(known.outputs.end(), spec->outputs.begin(), spec->outputs.end());
        known.outputs.push_back({"held", Type::boolean, ""});
        known.outputs.push_back({"looks", Type::integer, ""});
        known.outputs.push_back({"samples", Type::list, ""});
      }
      if (!step.wait.signal.empty()) known.outputs = {{"payload", Type::any, ""}};
      break;
    case StepKind::approve:
      known.outputs = {{"approved", Type::boolean, ""}, {"by", Type::string, ""}};
      break;
    case StepKind::decide:
      known.outputs = {{"choice", Type::string, ""}, {"by", Type::string, ""}};
      break;
    case StepKind::group:
      add(step.action.outputs);
      for (const auto& name : step.action.gives) known.outputs.push_back({name, Type::any, ""});
      if (step.script) known.are_all = !step.script->has_open_outputs;
      if (step.loop) {
        known.outputs = {{"results", Type::list, ""},
                         {"by_key", Type::map, ""},
                         {"succeeded", Type::integer, ""},
                         {"failed", Type::integer, ""},
                         {"skipped", Type::integer, ""}};
      }
      break;
    case StepKind::two_phase: known.outputs = {{"participants", Type::map, ""}}; break;
    case StepKind::fail: break;
  }
  return known;
}

}  // namespace rung::runbooks
