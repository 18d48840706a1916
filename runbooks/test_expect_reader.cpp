#include "runbooks/test_reader.h"

#include <utility>

// What a case expects.
namespace rung::runbooks {
namespace {

using Of = Expectation::Of;

struct TextKey {
  std::string_view key;
  Of of;
};
constexpr TextKey kTexts[] = {
    {"status", Of::status}, {"reason", Of::reason}, {"refused", Of::refused}};
constexpr TextKey kLists[] = {{"order", Of::order},     {"ran", Of::ran},
                              {"not_run", Of::not_run}, {"skipped", Of::skipped},
                              {"failed", Of::failed},   {"undone", Of::undone}};

Expectation expectation(Of of, std::string step, Position at) {
  Expectation e;
  e.of = of;
  e.step = std::move(step);
  e.at = at;
  return e;
}

}  // namespace

void TestReader::read_expect(const Fields& fields, TestCase& test) {
  const Node* node = fields.get("expect");
  if (node == nullptr) return;
  const Fields expect(*node, *fields.table().find("expect")->table, report_);
  for (const TextKey& one : kTexts) {
    const Node* text = expect.get(one.key);
    if (text == nullptr) continue;
    Expectation e = expectation(one.of, "", text->at);
    e.value = value_of(*text, std::string(one.key), Type::string);
    test.expectations.push_back(std::move(e));
  }
  if (expect.has("refused") && expect.has("status")) {
    report_.error(expect.place("status"), "what is refused has no status",
                  "keep `refused`, or `status`");
  }
  for (const TextKey& one : kLists) {
    if (!expect.has(one.key)) continue;
    Expectation e = expectation(one.of, "", expect.place(one.key).at);
    e.steps = addresses_of(expect, one.key);
    test.expectations.push_back(std::move(e));
  }
  expect_steps(expect, test);
  expect_values(expect, "outputs", Of::output, "", test);
  if (const Node* that = expect.get("that")) {
    for (const Node& item : that->items) {
      Expectation e = expectation(Of::that, "", item.at);
      e.name = item.text;
      uses_.push_back({item.text, &item, 0, "that", {}, true});
      test.expectations.push_back(std::move(e));
    }
  }
  expect_received(expect, test);
  expect_asked(expect, test);
  expect_took(expect, test);
}

void TestReader::expect_values(const Fields& fields, std::string_view key, Of of,
                               const std::string& step, TestCase& test) {
  const Node* node = fields.get(key);
  if (node == nullptr) return;
  for (const Member& member : node->members) {
    Expectation e = expectation(of, step, member.at);
    e.name = member.key;
    e.value = value_of(member.value, std::string(key) + "." + member.key);
    test.expectations.push_back(std::move(e));
  }
}

void TestReader::expect_steps(const Fields& expect, TestCase& test) {
  const Node* node = expect.get("steps");
  if (node == nullptr) return;
  for (const Member& member : node->members) {
    const std::string address = address_of(member.key, place_of(member));
    if (address.empty() || member.value.kind != Node::Kind::map) continue;
    const Fields step(member.value, *expect.table().find("steps")->table, report_);
    constexpr TextKey kKeys[] = {{"status", Of::step_status},
                                 {"attempts", Of::step_attempts},
                                 {"error", Of::step_error},
                                 {"message", Of::step_message}};
    for (const TextKey& one : kKeys) {
      const Node* text = step.get(one.key);
      if (text == nullptr) continue;
      Expectation e = expectation(one.of, address, text->at);
      e.value = value_of(*text, std::string(one.key),
                         one.of == Of::step_attempts ? Type::integer : Type::string);
      test.expectations.push_back(std::move(e));
    }
    expect_values(step, "outputs", Of::step_output, address, test);
  }
}

void TestReader::expect_received(const Fields& expect, TestCase& test) {
  const Node* node = expect.get("received");
  if (node == nullptr) return;
  for (const Member& member : node->members) {
    const std::string address = address_of(member.key, place_of(member));
    if (address.empty()) continue;
    const ActionSpec* spec = catalog_.find(step_at(address).action.uses);
    const bool is_call = !planned(address);  // of a script: its action is not known here
    if (member.value.kind != Node::Kind::map || (spec == nullptr && !is_call)) {
      report_.error(place_of(member),
                    spec == nullptr && !is_call
                        ? "`" + member.key + "` is no action: it receives nothing"
                        : "`" + member.key + "` must be a map of the action's fields",
                    spec == nullptr && !is_call
                        ? "remove it"
                        : "write  " + member.key + ": {" +
                              (is_call ? "field" : spec->inputs.front().name) + ": ...}");
      continue;
    }
    for (const Member& field : member.value.members) {
      if (spec != nullptr && spec->input(field.key) == nullptr) {
        std::string all;
        for (const FieldSpec& one : spec->inputs) all += (all.empty() ? "" : ", ") + one.name;
        report_.error(place_of(field), spec->name + " takes no `" + field.key + "`",
                      "its fields are " + all);
        continue;
      }
      Expectation e = expectation(Of::received, address, field.at);
      e.name = field.key;
      e.value = value_of(field.value, "received." + field.key);
      test.expectations.push_back(std::move(e));
    }
  }
}

void TestReader::expect_asked(const Fields& expect, TestCase& test) {
  const Node* node = expect.get("asked");
  if (node == nullptr) return;
  for (const Member& member : node->members) {
    const std::string address = address_of(member.key, place_of(member));
    if (address.empty() || member.value.kind != Node::Kind::map) continue;
    const StepKind kind = step_at(address).kind;
    if (kind != StepKind::approve && kind != StepKind::decide && kind != StepKind::manual) {
      report_.error(place_of(member), "`" + member.key + "` asks nobody",
                    "name an `approve:`, `decide:` or `manual:` step");
      continue;
    }
    const Fields asked(member.value, *expect.table().find("asked")->table, report_);
    if (const Node* text = asked.get("text")) {
      Expectation e = expectation(Of::asked_text, address, text->at);
      e.value = value_of(*text, "text", Type::string);
      test.expectations.push_back(std::move(e));
    }
    if (const Node* of = asked.get("of")) {
      Expectation e = expectation(Of::asked_of, address, of->at);
      e.value = value_of(*of, "of");
      test.expectations.push_back(std::move(e));
    }
    expect_values(asked, "show", Of::asked_show, address, test);
  }
}

void TestReader::expect_took(const Fields& expect, TestCase& test) {
  const Node* node = expect.get("took");
  if (node == nullptr) return;
  const auto add = [&](Of of, Duration time, Position at) {
    Expectation e = expectation(of, "", at);
    e.value = {Value(time)};
    test.expectations.push_back(std::move(e));
  };
  if (node->kind == Node::Kind::scalar)
    return add(Of::took, expect.duration("took").value(), node->at);
  const Fields took(*node, *expect.table().find("took")->table, report_);
  if (const auto time = took.duration("at_least"))
    add(Of::took_at_least, *time, took.place("at_least").at);
  if (const auto time = took.duration("at_most"))
    add(Of::took_at_most, *time, took.place("at_most").at);
}

}  // namespace rung::runbooks
