#pragma once

#include "base/action_spec.h"
#include "base/result.h"

namespace rung::actions {

// The inputs of one use of an action as the action may rely on them: only fields that the spec
// knows, each of its type, every required one present. A field that is null counts as not given.
//
// invalid: the message names the action, the field, and what would be right.
Result<Value::Map> conform(const ActionSpec& spec, Value::Map with);

// The same for the fields of a connection.
Result<Value::Map> conform(const ConnectionSpec& spec, Value::Map fields);

}  // namespace rung::actions
