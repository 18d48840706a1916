#include "runbooks/watch_reader.h"

#include "runbooks/value_reader.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

constexpr Duration kLookTimeout = std::chrono::seconds(30);
constexpr Duration kEvery = std::chrono::seconds(10);
constexpr Duration kOftenest = std::chrono::milliseconds(100);

OnTimeout on_timeout(const std::string& word) {
  if (word == "pause") return OnTimeout::pause;
  if (word == "continue") return OnTimeout::proceed;
  return OnTimeout::fail;
}

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
                       "a check is looked at again and again and must only read; this use of " +
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

// False: it was refused.
bool read_check(const Fields& check, const Reading& reading, DraftStep& draft) {
  const auto words = std::count_if(step_words().begin(), step_words().end(),
                                   [&](const StepWord& word) { return check.has(word.key); });
  if (words != 1) {
    draft.is_flawed = true;
    if (check.has_unknown() || check.map().is_broken) return false;
    reading.report.error(place_of(check.map()), "a check is one of shell, command, http and uses",
                         "write  check: {http: {method: GET, url: \"...\"}}");
    return false;
  }
  draft.step.action = read_action(check, reading, draft);
  draft.step.is_unpinned = check.boolean("unpinned");
  refuse_effects(check, reading, draft);
  refuse_taken_outputs(check, reading);
  return true;
}

// The outputs of the check, which a condition on them reads by their bare names.
Names names_of_outputs(const ActionUse& use, const Catalog& catalog) {
  Names names;
  if (const ActionSpec* spec = catalog.find(use.uses)) {
    for (const auto& output : spec->outputs) names.outputs.push_back(output.name);
  }
  for (const auto& [name, type] : use.outputs) names.outputs.push_back(name);
  return names;
}

void check_times(const Fields& wait, const Fields& step, const WatchSpec& watch, Duration timeout,
                 Report& report) {
  if (timeout == Duration::zero()) {
    report.error(step.place("wait"), "a wait that looks needs a `timeout`",
                 "write  wait: {check: ..., until: ..., timeout: 10m}");
    return;
  }
  const auto shorter = [&](std::string_view key, Duration value) {
    if (!wait.has(key) || value <= timeout) return;
    report.error(wait.place(key), "`" + std::string(key) + "` is longer than the `timeout`",
                 "write a timeout above " + to_string(value));
  };
  shorter("hold", watch.hold);
  shorter("every", watch.every);
  if (watch.every >= kOftenest) return;
  report.error(wait.place("every"), "a look every " + to_string(watch.every) + " is too often",
               "write  every: " + to_string(kOftenest) + "  or more");
}

}  // namespace

void read_watch(const Fields& wait, const Fields& step, const Reading& reading, DraftStep& draft) {
  WatchSpec watch;
  watch.every = wait.duration("every").value_or(kEvery);
  watch.hold = wait.duration("hold").value_or(Duration::zero());
  watch.on_timeout = on_timeout(wait.text("on_timeout"));
  const auto beside = step.duration("timeout").value_or(Duration::zero());
  const Duration timeout = std::max(draft.step.timeout, beside);
  if (!wait.has("every") && timeout > Duration::zero()) watch.every = std::min(kEvery, timeout);
  check_times(wait, step, watch, timeout, reading.report);
  const Node* node = wait.get("check");
  if (node == nullptr) return;
  const Fields check(*node, check_table(), reading.report);
  watch.look_timeout = check.duration("timeout").value_or(kLookTimeout);
  if (!read_check(check, reading, draft)) return;
  if (const Node* until = wait.get("until")) {
    watch.until =
        ValueReader(reading.report, draft.uses)
            .condition(*until, "until", names_of_outputs(draft.step.action, reading.catalog));
  } else if (!wait.has("until")) {
    reading.report.error(step.place("wait"), "a wait that looks needs `until`",
                         "add  until: CONDITION  on the check's outputs, such as code == 200");
  }
  draft.step.watch = std::move(watch);
}

void refuse_keys_of_a_check(const Fields& wait, Report& report) {
  for (const std::string_view key : {"until", "hold", "every", "on_timeout"}) {
    if (!wait.has(key)) continue;
    report.error(wait.place(key), "`" + std::string(key) + "` goes with `check`",
                 "remove it, or write  check: {uses: ...}  beside it");
  }
}

}  // namespace rung::runbooks
