#pragma once

#include "runbooks/template.h"
#include "scripting/evaluator.h"

namespace rung::engine {

// Templates to values, in two moments: at the intent everything but what reads secrets, at the
// effect the rest. So the journal holds what the effect was asked to do, and never a secret.

// The value of `t`; where an expression reads `secrets` the scope must have them.
Result<Value> resolve(const runbooks::Template& t, scripting::Evaluator& evaluator,
                      const scripting::Scope& scope);

// What the intent records of the fields of an action: those that are not constant, resolved; a
// leaf that reads secrets is null.
Result<Value::Map> record(const runbooks::Template::Map& fields, scripting::Evaluator& evaluator,
                          const scripting::Scope& scope);

// All fields, from the plan's constants, what the intent recorded, and the secrets as they are now.
Result<Value::Map> complete(const runbooks::Template::Map& fields, const Value::Map& recorded,
                            scripting::Evaluator& evaluator, const scripting::Scope& scope);

// The same for the eyes of people, for `self.with` and for rules about inputs: secrets stay null.
Value::Map visible(const runbooks::Template::Map& fields, const Value::Map& recorded);

}  // namespace rung::engine
