#include "runbooks/check_reader.h"

#include <algorithm>

namespace rung::runbooks {
namespace {

constexpr Duration kLookTimeout = std::chrono::seconds(30);
constexpr Duration kOftenest = std::chrono::milliseconds(100);

// A command cannot be judged from outside: that it is a check is its author's word.
void refuse_effects(const Fields& check, const Reading& reading, DraftStep& draft) {
  const ActionUse& use = draft.step.action;
  const ActionSpec* spec = reading.catalog.find(use.uses);
  if (spec == nullptr || spec->is_supervised || draft.is_flawed) return;
  Value::Map constants;
  for (const auto& [field, value] : use.with) {
    if (is_constant(value)) constants.emplace(field, constant_value(value));
  }
  const auto effect = reading.catalog.effect_class(use.uses, constants);
  if (!effect || *effect == EffectClass::read) return;
  reading.report.error(check.place(check.has("http") ? "http" : "uses"),
                       "a look must only read, since it may be made again and again; this use of " +
                           use.uses + " is of class " + std::string(name_of(*effect)),
                       "look with an action that reads, such as http.get, and do this in a step "
                       "of its own");
}

// What the wait itself gives beside the check's outputs.
void refuse_taken_outputs(const Fields& check, const Reading& reading) {
  const Node* outputs = check.get("outputs");
  if (outputs == nullptr) return;
  for (const auto& member : outputs->members) {
    const bool is_taken = member.key == "held" || member.key == "looks" || member.key == "samples";
    if (!is_taken) continue;
    reading.report.error(place_of(member), "`" + member.key + "` is an output of the wait itself",
                         "call it something else, such as my_" + member.key);
  }
}

bool is_measured(Type type) {
  switch (type) {
    case Type::integer:
    case Type::number:
    case Type::boolean:
    case Type::duration:
    case Type::size:
    case Type::percent:
    case Type::time: return true;
    default: return false;
  }
}

}  // namespace

DraftStep begin_check(const Member& member, const Fields& check) {
  DraftStep draft;
  draft.label = member.key;
  draft.node = &member.value;
  draft.place = place_of(member);
  draft.kind_bit = kind_wait;
  draft.step.kind = StepKind::wait;
  draft.step.at = member.at;
  draft.step.title = check.text("title");
  return draft;
}

bool read_check(const Fields& check, const Reading& reading, DraftStep& draft) {
  const auto words = std::count_if(step_words().begin(), step_words().end(),
                                   [&](const StepWord& word) { return check.has(word.key); });
  if (words != 1) {
    draft.is_flawed = true;
    if (check.has_unknown() || check.map().is_broken) return false;
    reading.report.error(place_of(check.map()), "a check is one of shell, command, http and uses",
                         "write  {http: {method: GET, url: \"...\"}}");
    return false;
  }
  draft.step.action = read_action(check, reading, draft);
  draft.step.is_unpinned = check.boolean("unpinned");
  refuse_effects(check, reading, draft);
  refuse_taken_outputs(check, reading);
  return true;
}

Names names_of_outputs(const ActionUse& use, const Catalog& catalog) {
  Names names;
  if (const ActionSpec* spec = catalog.find(use.uses)) {
    for (const auto& output : spec->outputs) names.outputs.push_back(output.name);
  }
  for (const auto& [name, type] : use.outputs) names.outputs.push_back(name);
  return names;
}

Names names_of_samples(const ActionUse& use, const Catalog& catalog) {
  Names names;
  if (const ActionSpec* spec = catalog.find(use.uses)) {
    for (const auto& output : spec->outputs)
      if (is_measured(output.type)) names.outputs.push_back(output.name);
  }
  for (const auto& [name, type] : use.outputs)
    if (is_measured(type)) names.outputs.push_back(name);
  return names;
}

Duration look_timeout(const Fields& check) {
  return check.duration("timeout").value_or(kLookTimeout);
}

void refuse_too_often(const Fields& fields, Duration every, Report& report) {
  if (every >= kOftenest) return;
  report.error(fields.place("every"), "a look every " + to_string(every) + " is too often",
               "write  every: " + to_string(kOftenest) + "  or more");
}

}  // namespace rung::runbooks
