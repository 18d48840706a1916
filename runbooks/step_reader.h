#pragma once

#include "runbooks/catalog.h"
#include "runbooks/draft.h"
#include "runbooks/fields.h"
#include "runbooks/project.h"

#include <string>
#include <vector>

namespace rung::runbooks {

// What the reading of one runbook shares. Everything outlives the reading.
struct Reading {
  Report& report;
  const Catalog& catalog;
  const Project& project;
  Template::Map env{};  // of the commands here, by what is around them
};

// A list of steps: `steps:`, `finally:`, the content of a group.
std::vector<DraftStep> read_steps(const Node& list, const Reading& reading);

// What a use of an action says of itself: shell, command, http or uses. Shared by a step, its
// undo and its probe. Its `with` holds only fields that the action's spec has.
ActionUse read_action(const Fields& fields, const Reading& reading, DraftStep& draft);

// Whether the inputs that decide over the others, such as `method`, are known before the run.
bool is_decided(const ActionUse& use, const ActionSpec& spec);

// Outputs that expressions may read of a step; the second is true where it may have others too.
struct KnownOutputs {
  std::vector<OutputSpec> outputs;
  bool are_all = true;
};
KnownOutputs outputs_of(const Step& step, const Catalog& catalog);

// Names that belong to the engine in `steps.<id>`.
bool is_engine_member(std::string_view name);
const std::vector<std::string_view>& engine_members();

// Outputs declared by `outputs:`; names of the engine are refused.
std::map<std::string, Type, std::less<>> read_outputs(const Node& map, Report& report);

}  // namespace rung::runbooks
