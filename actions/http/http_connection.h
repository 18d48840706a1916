#pragma once

#include "actions/connection.h"

namespace rung::actions {

// The kind of connection "http": a base URL with what every request to it needs.
ConnectionKind http_connection();

// The inputs of a request to `target`: its path behind the base URL, the connection's headers and
// limits where the step states none of its own. invalid: the step's url is no path.
Result<Value::Map> through(const Target& target, Value::Map with);

}  // namespace rung::actions
