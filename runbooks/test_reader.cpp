#include "runbooks/test_reader.h"

#include "runbooks/value_reader.h"
#include "scripting/evaluator.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

constexpr std::string_view kUndo = "@undo";

bool is_step(const Step& step) {
  return step.parent || step.undoes || step.guard;
}

// Whether silence of the target leaves it open what happened.
EffectOnError usual_effect(ErrorClass error) {
  return error == ErrorClass::timeout ? EffectOnError::unknown : EffectOnError::none;
}

std::string example_of(Type type) {
  switch (type) {
    case Type::integer: return "3";
    case Type::number: return "1.5";
    case Type::boolean: return "true";
    case Type::duration: return "30s";
    case Type::size: return "16MB";
    case Type::percent: return "20%";
    case Type::time: return "\"2026-03-29T02:30:00Z\"";
    case Type::list: return "[]";
    case Type::map: return "{}";
    case Type::any:
    case Type::string:
    case Type::enumeration:
    case Type::site: return "text";
  }
  return "text";
}

}  // namespace

std::vector<TestCase> TestReader::read(const Node& root) {
  const Fields file(root, test_table(), report_);
  TestCase common;
  common.started_by = "tester";
  read_common(file, common);
  std::vector<TestCase> cases;
  if (const Node* list = file.get("cases")) {
    if (list->items.empty())
      report_.error(place_of(*list), "there is no case", "add one:  - name: it succeeds");
    for (const Node& node : list->items) {
      if (node.kind == Node::Kind::map) cases.push_back(read_case(node, common));
    }
  }
  check_expressions();
  return cases;
}

TestCase TestReader::read_case(const Node& node, const TestCase& common) {
  const Fields fields(node, *test_table().find("cases")->table, report_);
  TestCase test = common;
  test.name = fields.text("name");
  test.at = node.at;
  if (!test.name.empty() && !names_.insert(test.name).second) {
    report_.error(fields.place("name"), "there is another case `" + test.name + "`",
                  "say in its name what is different");
  }
  read_common(fields, test);
  read_crashes(fields, test);
  if (const Node* acts = fields.get("people")) {
    for (const Node& act : acts->items) {
      if (act.kind == Node::Kind::map)
        test.acts.push_back(read_act(act, *fields.table().find("people")->table));
    }
  }
  read_expect(fields, test);
  return test;
}

void TestReader::read_common(const Fields& fields, TestCase& test) {
  for (auto& [name, value] : constants_of(fields, "inputs"))
    test.inputs.insert_or_assign(name, std::move(value));
  if (fields.has("mode")) {
    test.mode = fields.text("mode");
    const bool is_known =
        std::find(plan_.modes.begin(), plan_.modes.end(), test.mode) != plan_.modes.end();
    const std::string_view near = nearest(test.mode, {plan_.modes.begin(), plan_.modes.end()});
    if (!test.mode.empty() && !is_known) {
      report_.error(fields.place("mode"), plan_.runbook + " has no mode `" + test.mode + "`",
                    plan_.modes.empty() ? "it has none: remove the key"
                    : near.empty()      ? "write  mode: " + plan_.modes.front()
                                        : "write  mode: " + std::string(near));
    }
  }
  if (fields.has("started_by")) test.started_by = fields.text("started_by");
  if (const Node* node = fields.get("begins_at")) {
    const auto time = parse_time(node->text);
    if (time)
      test.begins_at = time.value();
    else
      report_.error(place_of(*node), "`begins_at`: " + time.error().message(),
                    "write  begins_at: \"2026-03-27T03:13:20Z\"");
  }
  if (const Node* node = fields.get("secrets")) {
    for (const Member& member : node->members) {
      if (!plan_.secrets.contains(member.key)) {
        report_.error(place_of(member), "the runbook has no secret `" + member.key + "`",
                      "declare it under `secrets:` of the runbook or rung.yaml, or remove it");
      }
      test.secrets.insert_or_assign(member.key, member.value.text);
    }
  }
  if (fields.has("unstubbed")) test.succeeds_unstubbed = fields.text("unstubbed") == "succeed";
  read_stubs(fields, test);
}

void TestReader::read_stubs(const Fields& fields, TestCase& test) {
  const Node* stubs = fields.get("stubs");
  if (stubs == nullptr) return;
  const Table& table = *fields.table().find("stubs")->table;
  for (const Member& member : stubs->members) {
    const std::string address = address_of(member.key, place_of(member));
    if (address.empty()) continue;
    const Step step = step_at(address);
    if (!acts(step) && !step.watch) {
      report_.error(place_of(member),
                    "`" + member.key + "` is no action: the world has no part in it",
                    holds_steps(step) ? "stub the steps in it"
                                      : "people act under `people:`; all else Rung does by itself");
      continue;
    }
    Stubs all;
    all.at = member.at;
    all.is_list = member.value.kind == Node::Kind::list;
    if (all.is_list && member.value.items.empty()) {
      report_.error(place_of(member), "`" + member.key + "` is an empty list",
                    "write  " + member.key + ": [{error: network}, {}]");
    }
    for (const Node& node : member.value.items) {
      if (node.kind == Node::Kind::map) {
        all.attempts.push_back(read_stub(node, table, step));
        continue;
      }
      report_.error(place_of(node), "each answer to an attempt is a map",
                    "write  {} for a success");
    }
    if (member.value.kind == Node::Kind::map)
      all.attempts.push_back(read_stub(member.value, table, step));
    test.stubs.insert_or_assign(address, std::move(all));
  }
}

Stub TestReader::read_stub(const Node& node, const Table& table, const Step& step) {
  const Fields fields(node, table, report_);
  Stub stub;
  stub.at = node.at;
  stub.takes = fields.duration("takes").value_or(Duration::zero());
  stub.message = fields.text("message");
  if (const Node* outputs = fields.get("outputs"))
    stub.outputs = read_outputs(*outputs, step, "outputs");
  read_probe(fields, step, stub);
  if (fields.get("error") != nullptr) {
    stub.error = parse_error_class(fields.text("error"));
    stub.effect = usual_effect(*stub.error);
    if (fields.get("effect") != nullptr) {
      stub.effect =
          fields.text("effect") == "unknown" ? EffectOnError::unknown : EffectOnError::none;
    }
    if (fields.has("outputs")) {
      report_.error(fields.place("outputs"), "what ends in an error gives no outputs",
                    "remove `outputs`, or `error`");
    }
    return stub;
  }
  for (const std::string_view key : {"effect", "message"}) {
    if (!fields.has(key)) continue;
    report_.error(fields.place(key), "`" + std::string(key) + "` is of an error, and there is none",
                  "add  error: timeout  or remove the key");
  }
  if (!fields.has("error")) demand_outputs(stub, step, place_of(node));
  return stub;
}

void TestReader::read_probe(const Fields& fields, const Step& step, Stub& stub) {
  const Node* node = fields.get("probe");
  if (node == nullptr) return;
  std::string word = node->text;
  if (node->kind == Node::Kind::map) {
    const Fields probe(*node, *fields.table().find("probe")->table, report_);
    word = probe.text("says");
    if (const Node* outputs = probe.get("outputs"))
      stub.probe_outputs = read_outputs(*outputs, step, "probe.outputs");
  }
  stub.probe = word == "done"       ? ProbeSays::done
               : word == "not_done" ? ProbeSays::not_done
                                    : ProbeSays::unknown;
}

Template::Map TestReader::read_outputs(const Node& node, const Step& step, std::string_view field) {
  const ActionSpec* spec = catalog_.find(step.action.uses);
  std::vector<std::string_view> known;
  for (const auto& [name, type] : step.action.outputs) known.push_back(name);
  if (spec != nullptr) {
    for (const OutputSpec& output : spec->outputs) known.push_back(output.name);
  }
  Template::Map outputs;
  for (const Member& member : node.members) {
    const auto declared = step.action.outputs.find(member.key);
    const OutputSpec* own = spec == nullptr ? nullptr : spec->output(member.key);
    if (step.action.uses.empty()) {
      outputs.emplace(member.key, value_of(member.value, std::string(field) + "." + member.key));
      continue;
    }
    if (declared == step.action.outputs.end() && own == nullptr) {
      const std::string_view near = nearest(member.key, known);
      std::string all;
      for (const auto name : known) all += (all.empty() ? "" : ", ") + std::string(name);
      report_.error(
          place_of(member), step.address + " has no output `" + member.key + "`",
          near.empty() ? "its outputs are " + all : "did you mean " + std::string(near) + "?");
      continue;
    }
    const Type type = declared != step.action.outputs.end() ? declared->second : own->type;
    outputs.emplace(member.key,
                    value_of(member.value, std::string(field) + "." + member.key, type));
  }
  return outputs;
}

// Outputs that the step declares are outputs that it always gives.
void TestReader::demand_outputs(const Stub& stub, const Step& step, Report::Place place) {
  const auto exit = stub.outputs.find("exit_code");
  const bool is_bad_exit = exit != stub.outputs.end() && !(exit->second == Template{Value(0)});
  if (is_bad_exit) return;
  for (const auto& [name, type] : step.action.outputs) {
    if (stub.outputs.contains(name)) continue;
    report_.error(place,
                  "the stub of " + step.address + " gives no `" + name +
                      "`, which the step declares under `outputs:`",
                  "add  outputs: {" + name + ": " + example_of(type) + "}");
  }
}

void TestReader::read_crashes(const Fields& fields, TestCase& test) {
  test.crash_after = addresses_of(fields, "crash_after");
  test.crash_during = addresses_of(fields, "crash_during");
  for (const std::string& address : test.crash_during) {
    if (acts(step_at(address))) continue;
    report_.error(fields.place("crash_during"),
                  "`" + address + "` has no effect to be in the midst of",
                  "write  crash_after: " + address);
  }
  test.down = fields.duration("down").value_or(Duration::zero());
  if (fields.has("down") && test.crash_after.empty() && test.crash_during.empty()) {
    report_.error(fields.place("down"), "no engine is killed in this case",
                  "add  crash_after: STEP  or remove `down`");
  }
}

std::string TestReader::address_of(const std::string& word, Report::Place place) {
  auto found = plan_.find(word);
  const bool is_undo = word.ends_with(kUndo);
  if (!found && is_undo) {
    const auto done = plan_.find(word.substr(0, word.size() - kUndo.size()));
    if (done) found = plan_.step(*done).undo;
  }
  if (found && is_step(plan_.step(*found))) return plan_.step(*found).address;
  if (!found) {
    if (const auto in_item = planned(word); in_item && is_step(plan_.step(*in_item))) return word;
    if (std::string call = address_of_call(word); !call.empty()) return call;
  }
  std::vector<std::string_view> known;
  for (const Step& step : plan_.steps) {
    if (!is_step(step)) continue;
    known.push_back(step.address);
    if (!step.id.empty()) known.push_back(step.id);
  }
  const std::string_view near = nearest(word, known);
  report_.error(place, plan_.runbook + " has no step `" + word + "`",
                !near.empty() ? "did you mean " + std::string(near) + "?"
                : is_undo     ? "that step has no undo of its own: `rung plan` shows which have"
                              : "`rung plan` shows the steps and their addresses");
  return "";
}

// Which calls a script makes only a run knows: whatever lies under one may be a call.
std::string TestReader::address_of_call(const std::string& word) const {
  for (auto slash = word.find('/'); slash != std::string::npos; slash = word.find('/', slash + 1)) {
    const auto script = plan_.find(word.substr(0, slash));
    if (script && plan_.step(*script).script)
      return plan_.step(*script).address + word.substr(slash);
  }
  return "";
}

std::optional<StepIndex> TestReader::planned(const std::string& address) const {
  if (const auto found = plan_.find(address)) return found;
  for (std::uint32_t i = 0; i < plan_.steps.size(); ++i) {
    if (is_in_item(address, plan_.steps[i].address)) return StepIndex{i};
  }
  return std::nullopt;
}

// Of a call of a script: an action of which nothing is known.
Step TestReader::step_at(const std::string& address) const {
  if (const auto found = planned(address)) return plan_.step(*found);
  Step call;
  call.address = address;
  return call;
}

std::vector<std::string> TestReader::addresses_of(const Fields& fields, std::string_view key) {
  std::vector<std::string> addresses;
  const Node* node = fields.get(key);
  if (node == nullptr) return addresses;
  const auto add = [&](const Node& word) {
    if (word.kind != Node::Kind::scalar) return;
    std::string address = address_of(word.text, place_of(word));
    if (!address.empty()) addresses.push_back(std::move(address));
  };
  add(*node);
  for (const Node& item : node->items) add(item);
  return addresses;
}

Template TestReader::value_of(const Node& node, const std::string& field, Type type) {
  return ValueReader(report_, uses_).read(node, {field, {}, type});
}

Value TestReader::constant_of(const Node& node, const std::string& field) {
  ExpressionUses none;
  Template read = ValueReader(report_, none).read(node, {field, {}});
  for (const ExpressionUse& use : none) {
    report_.error({place_in(report_.source(), *use.scalar, use.offset), 2},
                  "`" + field + "` takes no expression: it is known before the run",
                  "write the value itself");
  }
  return none.empty() ? constant_value(read) : Value();
}

Value::Map TestReader::constants_of(const Fields& fields, std::string_view key) {
  Value::Map values;
  const Node* node = fields.get(key);
  if (node == nullptr) return values;
  for (const Member& member : node->members)
    values.emplace(member.key, constant_of(member.value, std::string(key) + "." + member.key));
  return values;
}

// The syntax, and that the steps which an expression reads exist; all else the run tells.
void TestReader::check_expressions() {
  for (const ExpressionUse& use : uses_) {
    const auto analysis = scripting::analyse(use.text);
    for (const Diagnostic& found : analysis.diagnostics) {
      Diagnostic moved = found;
      moved.file = report_.source().file();
      const auto offset = use.offset + static_cast<std::size_t>(std::max(found.at.column, 1) - 1);
      moved.at = place_in(report_.source(), *use.scalar, offset);
      report_.add(std::move(moved));
    }
    if (has_errors(analysis.diagnostics)) continue;
    for (const scripting::Reference& reference : analysis.references) {
      if (reference.root != "steps" || reference.path.empty()) continue;
      const auto offset = use.offset + static_cast<std::size_t>(reference.offset);
      address_of(reference.path.front(), {place_in(report_.source(), *use.scalar, offset),
                                          static_cast<int>(reference.path.front().size()) + 6});
    }
  }
}

}  // namespace rung::runbooks
