#pragma once

#include "base/action_error.h"
#include "runbooks/plan.h"

#include <string>
#include <vector>

namespace rung::service {

// What a run of a plan would do, as far as it can be known without doing anything: values only.
struct PlannedStep {
  std::string address;
  std::string title;
  std::string kind;       // "shell", "approve", "group", ...
  std::size_t depth = 0;  // of groups around it
  bool is_undo = false;
  bool is_finally = false;
  std::optional<EffectClass> effect_class;
  std::vector<std::pair<std::string, std::string>> inputs;  // evaluated where that is possible now
  std::vector<std::string> notes;  // when, timeout, retry, undo, consent, point of no return
  std::vector<std::string> needs;  // addresses, where they are not simply the step before
};

struct PlanView {
  std::string runbook;
  std::string title;
  std::string hash;  // hex
  std::string mode;
  std::vector<std::string> modes;
  std::string environment;  // "" for none
  Duration rto{};
  Duration rpo{};
  std::string on_failure;  // "pause", "fail", "undo_run"
  Value::Map inputs;
  std::vector<std::pair<std::string, std::string>> vars;
  std::vector<std::string> locks;    // "site:east (shared)", "concurrency:web-east"
  std::vector<PlannedStep> steps;    // in reading order
  std::vector<std::string> sources;  // files that are pinned with their hashes
  std::vector<std::string> remarks;  // about the whole: waiting against the rto, no way back
};

// Evaluates inputs, vars, `require:` and whatever else depends on nothing but them; no effect.
// invalid: a requirement does not hold; the message is the one that its author wrote.
Result<PlanView> describe_plan(const runbooks::Plan& plan, const Value::Map& inputs,
                               const std::string& mode);

Value to_value(const PlanView& plan);

// A value as its author wrote it, in one line: "db-{{ inputs.from }}".
std::string source_of(const runbooks::Template& t);

}  // namespace rung::service
