#pragma once

#include "runbooks/plan.h"

namespace rung::runbooks {

struct ResolvedInputs {
  Value::Map values;        // every input of the plan; meaningful only without errors
  Diagnostics diagnostics;  // all that is wrong, not only the first; without places
};

// What a run is given (`-i to=west` as text, or values from JSON), coerced to the inputs' types,
// with defaults where nothing is given. Refused: unknown and missing inputs, wrong types, values
// that are no choice of their enum.
ResolvedInputs resolve_inputs(const Plan& plan, const Value::Map& given);
// The same for a runbook of this name that another one uses.
ResolvedInputs resolve_inputs(const std::string& runbook, const std::vector<InputSpec>& inputs,
                              const Value::Map& given);

}  // namespace rung::runbooks
