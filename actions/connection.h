#pragma once

#include "base/action_spec.h"
#include "base/result.h"

namespace rung::actions {

// A kind of connection, as the module that knows its servers offers it: what a project's
// `connections:` may say, and what is wrong with it.
struct ConnectionKind {
  ConnectionSpec spec;
  // What is wrong with these fields beyond the spec, one sentence each; no I/O. Fields that are
  // known in the run only are missing. Null: the spec says all.
  std::vector<std::string> (*check)(const Value::Map& fields) = nullptr;
};

}  // namespace rung::actions
