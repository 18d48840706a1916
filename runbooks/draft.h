#pragma once

#include "runbooks/plan.h"
#include "runbooks/source.h"
#include "runbooks/yaml_tree.h"
#include "scripting/script.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rung::runbooks {

// Which names an expression may use, beside `inputs`, `vars`, `run` and `mode`.
struct Names {
  bool steps = true;
  bool secrets = false;
  bool self = false;                   // `self.before`, `self.with`, `self.outputs`
  std::vector<std::string> outputs{};  // the step's own, by bare name: in `expect`
};

// An expression as it stands in the file, kept beside the plan until it has been checked.
struct ExpressionUse {
  std::string text;
  const Node* scalar = nullptr;  // whose text holds it
  std::size_t offset = 0;        // where it begins there
  std::string field;             // "when", "env", for messages
  Names names;
  bool must_be_bool = false;
};
using ExpressionUses = std::vector<ExpressionUse>;

// A durable script as it stands in the file, and what was found in it.
struct ScriptUse {
  ExpressionUse use;  // the whole text: places in the script are places in it
  scripting::ScriptAnalysis analysis;
};

struct Word {
  std::string text;
  Report::Place place;
};

// Where a use of an action names its connection, or could.
struct TargetUse {
  const Node* node = nullptr;  // of `target:`; null: it is not there
  Report::Place place;         // of the use
  bool is_probe = false;
};

// A step with what only the reading knows: places, and names that are not resolved yet.
struct DraftStep {
  Step step;
  std::string label;  // its part of the address, where it has no id: a branch
  unsigned kind_bit = 0;
  Report::Place place;
  const Node* node = nullptr;
  std::vector<Word> needs;
  std::vector<Word> by;  // names of people
  std::vector<DraftStep> children;
  std::vector<DraftStep> undo;     // none or one
  std::vector<DraftStep> before;   // none or one
  std::vector<DraftStep> finally;  // of a group: none or one
  Word child;                      // the path of the runbook that it uses; "" for none
  ExpressionUses uses;
  std::optional<ScriptUse> script;
  std::vector<TargetUse> targets;  // of the action, then of the probe
  bool is_flawed = false;          // something in it was refused: be quiet about the rest
};

// A runbook read and not yet unfolded. The nodes it points to outlive it.
struct Draft {
  Plan plan;  // everything but the steps
  Report::Place name_place;
  Report::Place rto_place;
  std::vector<DraftStep> steps;
  std::vector<DraftStep> finally;
  std::vector<DraftStep> guards;
  ExpressionUses require;
  ExpressionUses locks;
  ExpressionUses env;
  std::vector<ExpressionUses> vars;  // in the order of plan.vars
  ExpressionUses outputs;
  bool has_on_failure = false;  // the runbook states one
};

}  // namespace rung::runbooks
